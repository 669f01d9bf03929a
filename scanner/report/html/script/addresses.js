// Addresses and networks, as scanner/filter_words.py (Python's ipaddress) reads them.
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/u;
const HEXTET = /^[0-9a-f]{1,4}$/iu;
const DIGITS = /^[0-9]+$/u;

// The number of an IPv4 address, null of what is none.
function ipv4(text) {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((one) => OCTET.test(one) && Number(one) < 256)) return null;
  return octets.reduce((sum, one) => sum * 256n + BigInt(one), 0n);
}

// The same of an IPv6 address; its end may be written as an IPv4 address.
function ipv6(text) {
  const dotted = /^(.*:)([^:]*\.[^:]*)$/su.exec(text);
  const end = dotted && ipv4(dotted[2]);
  if (dotted && end === null) return null;
  const halves = (dotted ? `${dotted[1]}${(end >> 16n).toString(16)}:${(end & 65535n).toString(16)}` : text).split("::").map((half) => (half ? half.split(":") : []));
  const [first, last = []] = halves;
  const missing = 8 - first.length - last.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0) || ![...first, ...last].every((one) => HEXTET.test(one))) return null;
  return [...first, ...new Array(missing).fill("0"), ...last].reduce((sum, one) => sum * 65536n + BigInt(`0x${one}`), 0n);
}

// How many bits of an address its network leaves free, by a prefix, a netmask or a hostmask; null where the mask is none.
function free(mask, bits) {
  if (DIGITS.test(mask)) return Number(mask) <= bits ? bits - Number(mask) : null;
  const number = bits === 32 ? ipv4(mask) : null;
  if (number === null) return null;
  const all = 2n ** 32n - 1n;
  for (const host of [all - number, number]) if ((host & (host + 1n)) === 0n) return host.toString(2).replace(/^0$/u, "").length;
  return null;
}

// The network, or the one address, that a text is; its zone ("%eth0") tells nothing. Null where it is neither.
function networkOf(text) {
  const [address, mask, ...more] = text.replace(/%[^%/]+/u, "").split("/");
  if (more.length) return null;
  for (const [bits, read] of [[32, ipv4], [128, ipv6]]) {
    const number = read(address);
    if (number === null) continue;
    const shift = mask === undefined ? 0 : free(mask, bits);
    return shift === null ? null : { bits, shift: BigInt(shift), start: number >> BigInt(shift) };
  }
  return null;
}

function isWithin(address, { bits, shift, start }) {
  const number = (bits === 32 ? ipv4 : ipv6)(address.split("%")[0]);
  return number !== null && number >> shift === start;
}

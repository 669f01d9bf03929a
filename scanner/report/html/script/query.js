// What is asked for, in the language of `tocsin devices` (scanner/filters.py): kind:camera,recorder severity>=high -site:harbour "door controller".
// All words have to fit. A comma is "or", a minus, an exclamation mark or `not` turns a word round, "" is where nothing is known.
const RAW = /(?:"[^"]*"|'[^']*'|[^\s"'])+|["']\S*/gu;
const HEAD = /^([A-Za-z][A-Za-z_-]*)(!=|>=|<=|[:=<>])/u;
const VALUE = /"[^"]*"|'[^']*'|[^,"']+/gu;
const ADDRESS = /^(?:[0-9a-f]{1,2}(?:[:-][0-9a-f]{0,2})+|[0-9a-f:]*::[0-9a-f:]*(?:\/\d+)?|[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7})$|:\/\//iu;
const NETWORK = /^\d+\.\d+\.\d+\.\d+\/\d+$/u;
const YES = ["yes", "true", "1", "on"];
const NO = ["no", "false", "0", "off"];

const dueIn = (device) => /^(\d+) days/u.exec(text(device.d))?.[1];
const portsOf = (device) => list(device.S).map((row) => /(\d+)\/(\w+)$/u.exec(text(texts[row][0]))).filter(Boolean);
const spoken = (key) => (device) => [text(device[key])];
const FIELDS = {
  kind: { of: (device) => [text(device.k) || "unidentified"], words: () => [...new Set(devices.map((one) => text(one.k) || "unidentified"))].sort() },
  vendor: { of: spoken("v") },
  model: { of: spoken("t") },
  firmware: { of: spoken("w") },
  address: { of: (device) => device.a, read: lying },
  mac: { of: (device) => [device.m || ""] },
  serial: { of: spoken("s") },
  id: { of: (device) => [device.i] },
  department: { of: spoken("p") },
  site: { of: spoken("l") },
  owner: { of: spoken("r") },
  name: { of: spoken("n") },
  criticality: { of: spoken("u"), words: () => ["low", "normal", "high", "critical"], ordered: true },
  exposure: { of: spoken("j"), words: () => ["small", "controlled", "open"], ordered: true },
  severity: { of: (device) => [device.b < 0 ? "" : BANDS[device.b]], words: () => BANDS, ordered: true },
  band: { of: (device) => [device.b < 0 ? "" : BANDS[device.b]], words: () => BANDS, ordered: true },
  score: { of: (device) => [device.c], read: (sign, value) => numbered(sign, value, /^\d+(?:\.\d+)?$/u) },
  check: { of: (device) => list(device.F).map(check) },
  family: { of: (device) => list(device.F).map(family), words: () => ["credentials", "tls", "firmware", "ports"] },
  port: { of: portsOf, read: answering },
  due: { of: (device) => (dueIn(device) ? [Number(dueIn(device))] : []), read: (sign, value) => numbered(sign, value, /^(\d+) ?d?(?:ays?)?$/u) },
  accepted: { of: (device) => [list(device.F).some((found) => found[10]) ? "yes" : "no"], words: () => ["yes", "no"] },
  quarantined: { of: (device) => [device.q ? "yes" : "no"], words: () => ["yes", "no"] },
};
const COMPARE = {
  ":": (one, other) => one === other,
  "=": (one, other) => one === other,
  "!=": (one, other) => one === other,
  "<": (one, other) => one < other,
  ">": (one, other) => one > other,
  "<=": (one, other) => one <= other,
  ">=": (one, other) => one >= other,
};

// What a line asks for: functions of a device that all have to be true, and what of it could not be understood.
function parsed(line) {
  const wanted = [];
  const doubts = [];
  let turned = false;
  for (const [raw] of line.matchAll(RAW)) {
    if (raw.toLowerCase() === "not") { turned = !turned; continue; }
    if (raw.toLowerCase() === "and") continue;
    const test = word(raw, doubts);
    if (test) wanted.push(turned ? (device) => !test(device) : test);
    turned = false;
  }
  return { wanted, doubts };
}

// One word as a function of a device; null while its value is still to be typed.
function word(raw, doubts) {
  const negated = /^[-!]./u.test(raw);
  const bare = negated ? raw.slice(1) : raw;
  const head = ADDRESS.test(bare) ? null : HEAD.exec(bare);
  const key = head && head[1].toLowerCase();
  const known = key && Object.hasOwn(FIELDS, key);
  if (head && !known) doubts.push(`there is no key ${key}, so it is sought as text`);
  const values = [...(known ? bare.slice(head[0].length) : bare).matchAll(VALUE)].map(([value]) => value.replace(/^(["'])(.*)\1$/u, "$2").toLowerCase());
  if (!values.length) return null;
  const tests = values.map((value) => (known ? keyed(key, head[2], value, doubts) : NETWORK.test(value) ? keyed("address", ":", value, doubts) : containing(value)));
  const flipped = negated !== Boolean(known && head[2] === "!=");
  return (device) => tests.some((test) => test(device)) !== flipped;
}

function keyed(key, sign, value, doubts) {
  const { of, words, ordered, read } = FIELDS[key];
  const nothing = (device) => !of(device).some((one) => one !== "");
  if (value === "") return nothing;
  let test = null;
  if (words) test = among(sign, value, words(), ordered);
  else if (read) test = read(sign, value);
  else if (":=!=".includes(sign)) test = sign === ":" ? (one) => one.toLowerCase().includes(value) : (one) => one.toLowerCase() === value;
  if (!test) doubts.push(words ? `${key} ${sign} ${value} cannot be; it is one of ${words().join(", ")}` : `${key} ${sign} ${value} cannot be`);
  return test ? (device) => of(device).some(test) : () => false;
}

function among(sign, value, words, ordered) {
  const said = words.includes("yes") ? (YES.includes(value) && "yes") || (NO.includes(value) && "no") : value;
  if (!words.includes(said) || (!ordered && "<>".includes(sign[0]))) return null;
  return ordered ? (one) => words.includes(one) && COMPARE[sign](words.indexOf(one), words.indexOf(said)) : (one) => one === said;
}

function numbered(sign, value, form) {
  return form.test(value) ? (one) => COMPARE[sign](one, parseFloat(value)) : null;
}

function answering(sign, value) {
  const asked = /^(?:(tcp|udp)\/)?(\d{1,5})(?:\/(tcp|udp))?$/u.exec(value);
  if (!asked) return null;
  const transport = asked[1] || asked[3];
  return ([, port, by]) => (!transport || by === transport) && COMPARE[sign](Number(port), Number(asked[2]));
}

// An address, a network of IPv4, or the beginning of an address with a * behind it.
function lying(sign, value) {
  if ("<>".includes(sign[0])) return null;
  if (value.endsWith("*")) return (one) => one.startsWith(value.slice(0, -1));
  if (!value.includes("/")) return (one) => one === value;
  const [start, bits] = value.split("/");
  const size = 2 ** (32 - Number(bits));
  if (!NETWORK.test(value) || bits > 32) return null;
  return (one) => Number.isFinite(number(one)) && Math.floor(number(one) / size) === Math.floor(number(start) / size);
}

// Whether a device shows a text: the table of texts is searched once, and the devices by the numbers that were found in it.
let rowsTexts = null;
let shownTexts = null;
function containing(needle) {
  rowsTexts ||= textsOfRows();
  shownTexts ||= devices.map(namedTexts);
  const hit = new Uint8Array(texts.length);
  for (let at = 0; at < texts.length; at += 1) if (typeof texts[at] === "string" && texts[at].toLowerCase().includes(needle)) hit[at] = 1;
  for (const [row, numbers] of rowsTexts) if (numbers.some((each) => hit[each])) hit[row] = 1;
  const own = (device) => [device.i, device.m || "", named(device), band(device), String(device.c), ...device.a, ...list(device.F).map((found) => found[7])];
  return (device) => shownTexts[device.at].some((each) => each && hit[each]) || own(device).some((said) => said.toLowerCase().includes(needle));
}

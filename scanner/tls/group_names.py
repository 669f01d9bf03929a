"""The groups that keys are agreed in, by code point: IANA, TLS Supported Groups registry (RFC 8422, section 5.1.1; RFC 7919, section 2; RFC 8446, 4.2.7)."""

from collections.abc import Mapping

GROUP_NAMES: Mapping[int, str] = {
    1: "sect163k1", 2: "sect163r1", 3: "sect163r2", 4: "sect193r1", 5: "sect193r2", 6: "sect233k1", 7: "sect233r1", 8: "sect239k1", 9: "sect283k1",
    10: "sect283r1", 11: "sect409k1", 12: "sect409r1", 13: "sect571k1", 14: "sect571r1", 15: "secp160k1", 16: "secp160r1", 17: "secp160r2",
    18: "secp192k1", 19: "secp192r1", 20: "secp224k1", 21: "secp224r1", 22: "secp256k1", 23: "secp256r1", 24: "secp384r1", 25: "secp521r1",
    26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1", 29: "x25519", 30: "x448",
    31: "brainpoolP256r1tls13", 32: "brainpoolP384r1tls13", 33: "brainpoolP512r1tls13",
    256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192",
    512: "MLKEM512", 513: "MLKEM768", 514: "MLKEM1024", 4587: "SecP256r1MLKEM768", 4588: "X25519MLKEM768", 4589: "SecP384r1MLKEM1024",
}  # fmt: skip
WEAKEST_CURVES = (15, 16, 17, 1, 2, 3)
"""160 and 163 bits: some 80 bits of strength (NIST SP 800-57 part 1 rev. 5, table 2)."""
WEAK_CURVES = (*WEAKEST_CURVES, 18, 19, 4, 5)
"""All below 224 bits, weakest first."""


def group_name(code: int) -> str:
    """Its name, or the code point where it has none."""
    return GROUP_NAMES.get(code, f"0x{code:04x}")

"""What the first hello of each version offers: everything that a device's server may want, in the order of a browser of the time, the weakest last.

So the pick says what a client gets. Suites that need a pre-shared key, Kerberos or SRP are not offered, because no device's web page uses them. Extensions
whose echo tells something ride along, as far as the hello stays short.
"""

from collections.abc import Mapping

from scanner.codecs.tls_codec import SSL30, TLS10, TLS11, TLS12, TLS13, Version
from scanner.codecs.tls_hello import (
    ENCRYPT_THEN_MAC,
    EXTENDED_MASTER_SECRET,
    RENEGOTIATION_SCSV,
    STATUS_REQUEST,
    TICKET,
    Hello,
)

_TLS13_SUITES = "1301 1302 1303 1304 1305 "
_TLS12_SUITES = (
    "c02b c02f c02c c030 cca9 cca8 009e 009f ccaa c023 c027 c024 c028 0067 006b c0ac "  # ECDHE and DHE: GCM, ChaCha20, CBC with SHA-2, CCM
    "009c 009d 003c 003d c09c c061 c051 003b "  # RSA: GCM, CBC with SHA-2, CCM; ARIA; NULL-SHA256
)
_EC_SUITES = "c009 c013 c00a c014 c008 c012 c007 c011 "  # ECDHE: AES, 3DES, RC4, CBC with SHA-1
_DH_SUITES = (
    "0033 0039 0045 0088 009a 0032 0038 0016 0013 0015 0012 "  # DHE: AES, Camellia, SEED, 3DES, DES; RSA and DSS
)
_RSA_SUITES = "002f 0035 0041 0084 0096 0007 000a 0005 0004 0009 "  # RSA: AES, Camellia, SEED, IDEA, 3DES, RC4, DES
_EXPORT_SUITES = "0062 0064 0014 0011 0008 0006 0003 "  # 56 and 40 bits, withdrawn with TLS 1.1
_EC_NULL_SUITES = "c006 c010 "
_NULL_SUITES = "0002 0001 "
_EC_ANONYMOUS_SUITES = "c018 c019 c016 "
_ANONYMOUS_SUITES = "0034 003a 001b 0018 001a "
_EXPORT_ANONYMOUS_SUITES = "0019 0017 "
_LEGACY = _EC_SUITES + _DH_SUITES + _RSA_SUITES
_LEGACY_END = _EC_NULL_SUITES + _NULL_SUITES + _EC_ANONYMOUS_SUITES + _ANONYMOUS_SUITES
_SSL30_SUITES = _DH_SUITES + _RSA_SUITES + _EXPORT_SUITES + _NULL_SUITES + _ANONYMOUS_SUITES + _EXPORT_ANONYMOUS_SUITES
_TLS10_SUITES = _LEGACY + _EXPORT_SUITES + _LEGACY_END + _EXPORT_ANONYMOUS_SUITES
_ALL: Mapping[Version, str] = {
    SSL30: _SSL30_SUITES + RENEGOTIATION_SCSV,
    TLS10: _TLS10_SUITES + RENEGOTIATION_SCSV,
    TLS11: _TLS10_SUITES + RENEGOTIATION_SCSV,
    TLS12: _TLS12_SUITES + _LEGACY + _NULL_SUITES + _EC_ANONYMOUS_SUITES + _ANONYMOUS_SUITES + RENEGOTIATION_SCSV,
    TLS13: _TLS13_SUITES,
}
RIDERS = (
    (EXTENDED_MASTER_SECRET, b""),
    (ENCRYPT_THEN_MAC, b""),
    (TICKET, b""),
    (STATUS_REQUEST, b"\x01" + bytes(4)),  # OCSP, of any responder (RFC 6066, section 8)
)
"""Extensions that tell something by their echo."""


def everything(version: Version) -> Hello:
    """The first hello of a version."""
    riders = RIDERS if TLS10.code <= version.code <= TLS12.code else ()
    return Hello(version, tuple(_ALL[version].split()), extensions=riders)


def few(version: Version) -> Hello:
    """A hello as short as may be, with what nearly every server of that version has."""
    suites = (
        _TLS13_SUITES if version is TLS13 else "c02f 009c " * (version is TLS12) + "c013 0033 002f 000a 0005 0004 00ff"
    )
    return Hello(version, tuple(suites.split()))

"""Components whose versions have their own way: OpenSSL "1.0.1e", OpenSSH "7.4p1", Dropbear "0.53.1" and then "2011.54"."""

import re

from checks.scheme import Reading, after, build, scheme
from checks.schemes.dotted import dotted

_LETTERED = re.compile(r"(?:[a-z]{2,9}[\s/_-])?v?(\d{1,3}(?:\.\d{1,4}){1,4})([a-z]{1,2})(?:-fips)?", re.IGNORECASE)
_OPENSSH = re.compile(r"(?:openssh[_\s/-])?(\d{1,3}(?:\.\d{1,3}){1,3})(?:p(\d{1,3}))?(?:[\s_-].{0,60})?", re.IGNORECASE)
_DROPBEAR = re.compile(r"(?:dropbear[_\s/-])?v?(\d{1,4}(?:\.\d{1,3}){1,3})", re.IGNORECASE)


@scheme(
    "lettered",
    vendors=("openssl", "proftpd", "samba"),
    source="openssl.org/policies/releasestrat.html: letters are the patches of a release",
    whole=True,
)
def lettered(text: str) -> Reading | None:
    """Letters are patches: 1.0.2 < 1.0.2a < 1.0.2z < 1.0.2za."""
    match = _LETTERED.fullmatch(text)
    if match is None:
        return dotted.read(text.removesuffix("-fips"))
    letters = match[2].lower()
    numbers = tuple(int(part) for part in match[1].split("."))
    return Reading(numbers, (after("letter", len(letters), *letters.encode()),))


@scheme(
    "openssh",
    vendors=("openssh", "openbsd"),
    source="openssh.com/portable.html: pN is the portable release of a version",
    whole=True,
)
def openssh(text: str) -> Reading | None:
    """The number of the portable release decides last."""
    match = _OPENSSH.fullmatch(text)
    if match is None:
        return dotted.read(text)
    return Reading(tuple(int(part) for part in match[1].split(".")), (build(int(match[2])),) if match[2] else ())


@scheme(
    "dropbear",
    vendors=("dropbear", "dropbearssh"),
    source="matt.ucc.asn.au/dropbear/CHANGES: after 0.53.1 came 2011.54",
    whole=True,
)
def dropbear(text: str) -> Reading | None:
    """The year follows upon the old numbers."""
    match = _DROPBEAR.fullmatch(text)
    return Reading(tuple(int(part) for part in match[1].split("."))) if match else dotted.read(text)

"""What many makers write in the same way: a day behind a word for building, or behind a version."""

import re

from checks.clue import Said, Span, method, since
from checks.days import NAMED, both_orders, day_of, digits, named
from inventory.model import Confidence

_TEXTS = (
    *("snmp.sys_descr", "firmware", "telnet.banner", "ftp.banner", "ssh.comment", "greeting.text", "sip.agent"),
    *("upnp.model_description", "entity.software_rev", "entity.descr"),
    *("bacnet.firmware", "bacnet.application", "lwm2m.software"),
)
_LABEL = re.compile(
    r"\b(?:compiled|built|created|build[ -]?(?:date|time)(?:/time)?)\b[ :]{0,3}(?:(?:on|by|at) )?", re.IGNORECASE
)
_AFTER_LABEL = 64
_VERSION = re.compile(r"(?<![\w.])[vVrR]?\d{1,3}[._]\d[\w.()-]{0,24}")
_AFTER_VERSION = 40
_PARTS = re.compile(r"#\d+ |\bntpd \d|\bBusyBox\b|\bDarwin Kernel\b|\b(?:Boot|BootSW|PROM|Bootbase)\b")
_NO_VERSION = re.compile(
    r"\bcopyright\b|\blast login\b|\bE?SMTP\b|\bPOP3\b|\bIMAP4?\b|\bready at\b|\blocal time\b", re.IGNORECASE
)
"""Before what a clock says, and no version: a mail server greets with the time of day."""
_SERVERS = re.compile(
    r"\bFTP server \(Version |\b(?:FreeSWITCH|Wowza|Asterisk|Kamailio|OpenSIPS|GStreamer)\b", re.IGNORECASE
)
"""Server programs that state their own day, which is a part's: ftpd of BSD and of those that descend from it, and those that anybody installs."""
_BEFORE = 64
_COMPACT = re.compile(
    r"(?<!\d)(?<![0-9A-Fa-f]{4})(?P<plain>(?:199|20[0-6])\d{5})(?:\d{4}|\d{6})?(?!\d|\.\d|[0-9A-Fa-f]{4}(?![0-9A-Za-z]))"
    r"|(?<!\d)(?P<marked>20\d\d([-.])\d\d\3\d\d)(?!\d)"
)
"""A day within a version, and not within a MAC address or a serial number, where hexadecimal digits go on before or behind it."""
_COMMIT = ("git~", "git-", "git+", "+git", "git.")
_REOLINK_LIKE = re.compile(r"^[vV]?\d\.\d\.\d(?:\.\d{1,5})?[_ ]\d{8}")


@method(
    "compiled-on",
    Confidence.CONFIRMED,
    facts=_TEXTS,
    source="the words compiled, built, created and build date before a date in full, as many makers write them in sysDescr and banners",
)
def compiled_on(text: str) -> Said:
    """`IronWare Version V5.2.0dT183 Compiled on Mar 02 2012 at 19:15:05`, `Build Date/Time: 2024-02-23 05:29:35`."""
    for label in _LABEL.finditer(text):
        if not _PARTS.search(text, max(label.start() - _BEFORE, 0), label.start()):
            day = named(text[label.end() : label.end() + _AFTER_LABEL])
            if day is not None:
                return day
    return None


@method(
    "version-date",
    Confidence.LIKELY,
    facts=_TEXTS,
    clock=True,
    source="a date with the month's name right behind a version: 'Rugged Operating System v3.10.0 (Oct 06 2011 13:30)'",
)
def version_date(text: str) -> Said:
    """`Integrated Lights-Out 4 2.02 Aug 18 2014`; the day of a part (a kernel, a boot loader, a copyright) is not the firmware's."""
    for version in _VERSION.finditer(text):
        found = NAMED.search(text, version.end(), version.end() + _AFTER_VERSION)
        if (
            found is None
            or found["year_first"]
            or _PARTS.search(text, max(version.start() - _BEFORE, 0), found.end() + 1)
        ):
            continue
        day = day_of(found)
        if day is not None and not _NO_VERSION.search(text, 0, found.start()):
            return since(day) if _SERVERS.search(text, 0, found.start()) else day
    return None


@method(
    "date-in-version",
    Confidence.LIKELY,
    facts=(
        "firmware",
        "ntcip.software_version",
        "ntcip.hardware_version",
        "sip.agent",
        "rtsp.server",
        "entity.software_rev",
    ),
    source="a version that holds its day as YYYYMMDD or YYYY-MM-DD; NTCIP 1201 asks software modules for 'YYYYMMDD - v…' in moduleVersion",
)
def date_in_version(text: str) -> Said:
    """`A1_3_71_136-20021216P`, `V468Z 20061013`, `1.8.2#2020-08-13T23:48:09`; where six digits and two make the eight, another method knows the maker.

    The day behind "git" is that of the source's last change, `1.10.12-release+git~20240802T210227Z`: it was built then or later.
    """
    if _REOLINK_LIKE.match(text):
        return None
    for found in _COMPACT.finditer(text):
        day = digits(found["plain"]) if found["plain"] else named(found["marked"])
        if day is not None:
            ahead = text[: found.start()]
            return since(day) if _SERVERS.search(ahead) or ahead.endswith(_COMMIT) else day
    return None


@method(
    "numeric-date",
    Confidence.LIKELY,
    facts=("firmware", "upnp.model_description", "upnp.model_number", "bacnet.firmware", "bacnet.application"),
    source="a date in numbers behind a version; which of the two numbers is the month differs by country, so it may be either",
)
def numeric_date(text: str) -> Said:
    """`I-Class 4208 Ver:08.01 01/14/2004` has one reading, `VA251_2.0.0.0.013 | 12/3/2003` has two, and lies from the one to the other."""
    days = both_orders(text)
    if days is None or named(text) is not None:  # a date with the month's name says more
        return None
    return days[0] if days[0] == days[1] else Span(*days)

"""When a component was released: a lower bound of the firmware that carries it, and the honest age of its code.

The table is the intelligence's, which names the source of each component. A version that is not in it has no date here: unknown is unknown.
"""

import re
from collections.abc import Iterator
from datetime import date

from checks.intelligence import Intelligence
from checks.knowledge import first_day

_LONGEST = 256
"""Characters of a text that are looked at: no component's name and version are longer."""
_LONGEST_VERSION = 96
_ALIASES = {
    "allegro-rompager": "rompager",
    "allegro-software-rompager": "rompager",
    "alpine": "alpine-linux",
    "apache": "apache-httpd",
    "apache-http-server": "apache-httpd",
    "apache-tomcat": "tomcat",
    "asterisk-pbx": "asterisk",
    "boa-httpd": "boa",
    "debian-gnu/linux": "debian",
    "embedthis-appweb": "appweb",
    "embedthis-goahead": "goahead",
    "exim-smtpd": "exim",
    "goahead-http": "goahead",
    "goahead-webs": "goahead",
    "goahead-webserver": "goahead",
    "iis": "microsoft-iis",
    "intel-sdk-for-upnp-devices": "pupnp",
    "jetty": "eclipse-jetty",
    "libupnp": "pupnp",
    "linux": "linux-kernel",
    "live555-streaming-media": "live555",
    "mbed-tls": "mbedtls",
    "mbedthis-appweb": "appweb",
    "microsoft-ftp-service": "microsoft-iis",
    "mikrotik-routeros": "routeros",
    "mini-httpd": "mini_httpd",
    "miniupnp": "miniupnpd",
    "node.js": "nodejs",
    "polarssl": "mbedtls",
    "portable-sdk-for-upnp-devices": "pupnp",
    "postfix-smtpd": "postfix",
    "pureftpd": "pure-ftpd",
    "samba-smbd": "samba",
    "squid-cache": "squid",
    "squid-http-proxy": "squid",
    "ucd-snmp": "net-snmp",
}
"""What banners, nmap, Recog and their makers call otherwise than the tables do; a space and "_" are "-"."""
SYSTEMS = frozenset(
    (
        "alpine-linux",
        "big-ip",
        "debian",
        "netbsd",
        "openwrt",
        "opnsense",
        "routeros",
        "ubuntu",
        "vxworks",
        "windows-ce",
        "yocto",
    )
)
"""Components that are whole operating systems: one is built before the day that it is released on, so that day is no lower bound of the build."""
_CALENDAR = {"live555": 3, "home-assistant": 2, "esphome": 2}
"""Components whose versions are their days of release, and how many parts of the version are year, month and day."""
_NAME_AND_VERSION = re.compile(r"(?P<name>\S[^\n]*?)(?:[\s/_,-]+|(?<=[A-Za-z])\()[vV]?(?P<version>\d[^\s,;()]*)")
_FILLER = re.compile(r"(?:[\s/_-]+(?:version|ver|release|v):?)+\Z", re.IGNORECASE)
_RELEASE = re.compile(r"\d[0-9A-Za-z.]*")
_BEFORE_RELEASE = re.compile(
    r"(?:\A~)|(?<![A-Za-z])(?:rc|alpha|beta|pre|preview|prerelease|devel|dev|git|svn|cvs|snap|snapshot|next|nightly|trunk|master|test)(?![A-Za-z])",
    re.IGNORECASE,
)
_DISTRIBUTIONS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("Raspbian", r"raspbian|\+rp[it]\d"),
        ("Ubuntu", r"ubuntu"),
        ("Debian", r"debian|[+~-]deb\d|~bpo\d|[+~](?:sarge|etch|lenny|squeeze|wheezy|jessie)\d"),
        ("CentOS", r"\bcentos"),
        ("Fedora", r"\bfedora|\.fc\d"),
        ("Amazon Linux", r"\.amzn\d|amazon linux"),
        ("Red Hat Enterprise Linux", r"red ?hat|\brhel|[._-]el\d|-fips-rhel\d"),
        ("SUSE", r"\b(?:open)?suse"),
        ("OpenWrt", r"\bopenwrt"),
        ("Alpine Linux", r"\balpine"),
        ("Gentoo", r"\bgentoo"),
        ("FreeBSD", r"\bfreebsd"),
        ("NetBSD", r"\bnetbsd"),
        ("MontaVista Linux", r"[_-]mvl|montavista"),
        ("Wind River Linux", r"-wr\d|wind ?river linux"),
        ("Yocto", r"\byocto"),
        ("Optware", r"\boptware|\bentware"),
    )
)


def name_and_version(text: str) -> tuple[str, str] | None:
    """Read "dropbear 2012.55", "OpenSSH_7.4p1 Debian-10", "lighttpd/1.4.35" or "Mosquitto version 1.4.10"; None where no version is stated."""
    match = _NAME_AND_VERSION.match(text[:_LONGEST])
    return (_FILLER.sub("", match["name"]), match["version"]) if match else None


def plain_name(component: str) -> str:
    """The component's name as the tables write it: "Apache Tomcat" is "tomcat"."""
    name = re.sub(r"[\s_]+", "-", component[:_LONGEST].strip().lower())
    return _ALIASES.get(name, name)


def released(component: str, version: str, intelligence: Intelligence) -> date | None:
    """The day on which `version` of `component` was released, the first of the month or year where no more is known; None for a version not in the table."""
    stated = _stated(component, version, intelligence)
    return first_day(stated) if stated else None


def released_in_words(component: str, version: str, intelligence: Intelligence) -> str:
    """The same as a sentence says it: "on 2012-02-24", "in 2002"; "" where it is not known."""
    stated = _stated(component, version, intelligence)
    return f"{'on' if len(stated) == len('2012-02-24') else 'in'} {stated}" if stated else ""


SAYS_NOTHING = "fixes are carried back without a change of the number, which so says nothing of its patch level"
"""What is to be said of a version that `backported` knows."""


def backported(text: str) -> str:
    """The distribution of which a version or the banner around it speaks ("Debian" of "7.4p1 Debian-10+deb9u7"), "" where it speaks of none.

    A distribution mends holes in the version that it has, so that version says nothing of its patch level.
    """
    text = text[:_LONGEST]
    return next((name for name, pattern in _DISTRIBUTIONS if pattern.search(text)), "")


def _stated(component: str, version: str, intelligence: Intelligence) -> str:
    """What the table says, "" where it says nothing."""
    name = plain_name(component)
    version = version[:_LONGEST].strip().lstrip("vV")
    if len(version) > _LONGEST_VERSION:
        return ""
    known = intelligence.components.get(name)
    versions = known.versions if known else {}
    stated = next((versions[spelling] for spelling in _spellings(name, version) if versions.get(spelling)), "")
    return stated or _of_calendar(name, version)


def _spellings(component: str, stated: str) -> Iterator[str]:
    """The version as stated, then as the table writes it: without the packager's suffix, without what only ports differ in."""
    yield stated
    match = _RELEASE.match(stated)
    if match is None or _BEFORE_RELEASE.search(stated[match.end() :]):
        return  # a build from before the release has no lower bound in the release's date
    plain = re.sub(r"\.v\d{8}\Z", "", match[0].rstrip("."))  # Jetty adds its day: 9.4.18.v20190429
    yield plain
    yield plain.removesuffix(".0")  # uname writes 3.10.0 for what was released as 3.10
    yield f"{plain}.0"  # CUPS writes 1.7 for any 1.7.x
    if (
        component == "openssh"
    ):  # its banner may leave out the "p1" of the portable release, and a table the other way round
        yield f"{plain}p1"
        yield re.sub(r"p\d{1,2}\Z", "", plain)


def _of_calendar(component: str, version: str) -> str:
    parts = _CALENDAR.get(component, 0)
    match = re.fullmatch(r"(20\d\d)\.(\d{1,2})(?:\.(\d{1,2}))?", version) if parts else None
    if match is None:
        return ""
    written = "-".join(part.zfill(2) for part in match.groups()[:parts] if part is not None)
    return written if len(written) == (10 if parts == 3 else 7) and _is_day(written) else ""


def _is_day(text: str) -> bool:
    try:
        return first_day(text) is not None
    except ValueError:
        return False

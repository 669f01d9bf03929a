"""When a component was released: a lower bound of the firmware that carries it, and the honest age of its code.

The table is the intelligence's, which names the source of each component. A version that is not in it has no date here: unknown is unknown.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from checks.intelligence import Intelligence

TABLE = Path(__file__).parent / "data" / "components.tsv"
_ALIASES = {
    "apache": "apache-httpd",
    "apache httpd": "apache-httpd",
    "apache http server": "apache-httpd",
    "apache tomcat": "tomcat",
    "goahead-webs": "goahead",
    "jetty": "eclipse-jetty",
    "libupnp": "pupnp",
    "linux": "linux-kernel",
    "linux kernel": "linux-kernel",
    "mbed tls": "mbedtls",
    "mini-httpd": "mini_httpd",
    "polarssl": "mbedtls",
    "portable sdk for upnp devices": "pupnp",
    "pureftpd": "pure-ftpd",
}
_NAME_AND_VERSION = re.compile(r"(?P<name>\S.*?)[\s/_]+[vV]?(?P<version>\d\S*)")
_RELEASE = re.compile(r"\d[0-9A-Za-z.]*")
_BEFORE_RELEASE = re.compile(r"rc\d*|alpha|beta|pre|dev|git|snap", re.IGNORECASE)


def name_and_version(text: str) -> tuple[str, str] | None:
    """Read "dropbear 2012.55", "OpenSSH_7.4p1 Debian-10" or "lighttpd/1.4.35"; None where no version is stated."""
    match = _NAME_AND_VERSION.match(text)
    return (match["name"], match["version"]) if match else None


def released(component: str, version: str, intelligence: Intelligence) -> date | None:
    """The day on which `version` of `component` was released, or None where the table does not know that very version."""
    name = component.strip().lower()
    name = _ALIASES.get(name, name)
    known = intelligence.components.get(name)
    versions = known.versions if known else {}
    stated = next((versions[spelling] for spelling in _spellings(name, version) if spelling in versions), None)
    return date.fromisoformat(stated) if stated else None


def _spellings(component: str, version: str) -> Iterator[str]:
    """The version as stated, then as the table writes it: without the packager's suffix, without what only ports differ in."""
    stated = _written(component, version.strip().lstrip("vV"))
    yield stated
    match = _RELEASE.match(stated)
    if match is None or _BEFORE_RELEASE.search(stated[match.end() :]):
        return  # a build from before the release has no lower bound in the release's date
    plain = _written(component, match[0].rstrip("."))
    yield plain
    if component == "openssh":
        yield f"{stated}p1"
        yield f"{plain}p1"
    if component == "linux-kernel":
        yield plain.removesuffix(".0")  # uname writes 3.10.0 for what was released as 3.10


def _written(component: str, version: str) -> str:
    """OpenSSH's banner may leave out the "p1" of the portable release, so it counts on neither side."""
    return re.sub(r"p\d+$", "", version) if component == "openssh" else version


def read(text: str) -> dict[str, dict[str, str]]:
    """Read a table: "@component", a tab and its source begin a component; each line after it is a version, a tab and a date (ISO 8601)."""
    table: dict[str, dict[str, str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        first, _, second = line.partition("\t")
        if first.startswith("@"):
            name = first[1:]
            if not second or name in table:
                raise ValueError(f"components: {name} has no source or stands there twice")
            table[name] = {}
            continue
        version = _written(name, first)
        table[name][version] = min(second, table[name].get(version, second))
    return table

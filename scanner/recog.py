r"""Fingerprints of others: a folder of files in the Recog XML format, which the operator names in `[intel] recog = "path"`.

The format is public (https://github.com/rapid7/recog, BSD-2-Clause): each file says which field of a protocol it is for (`matches`), and holds patterns with
flags, and parameters that are fixed (`pos="0"`), captured (`pos="n"`) or put together from others (``{service.version}``). Of one file the first pattern that
matches decides. What it says is LIKELY at most, so that what a device states of itself stands above it; below a certainty of one half it is INFERRED.

Ruby, where Recog comes from, reads patterns in its own way: ^ and $ stand at every line, ``(?m)`` lets a dot match a line's end, ``\Z`` also stands before the
last one. And our facts are one line each, so that a line's end in a pattern matches the blank that has taken its place.

The patterns are not ours and the texts are a device's, so each search is bounded in time; an entry that cannot be used is counted and named, not fatal.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.errors import ConfigError
from inventory.model import CLAIMS, Claim, Confidence, Facts, Observation
from inventory.oui import normal
from inventory.text import one_line
from scanner.pattern import MATCHED_LENGTH

SECONDS = 0.02
"""How long one pattern may search in one text."""
_LARGEST_FILE = 16 * 2**20
_DEPTH, _LONGEST = 3, 512
"""How often a parameter is put together from others that are put together themselves, and how long it may become."""
_PLACE = re.compile(r"\{([^\s{}]+)\}")
_Texts = Callable[[Facts], Sequence[str]]


def _fact(name: str) -> _Texts:
    def texts(facts: Facts) -> Sequence[str]:
        value = facts.get(name)
        return value if isinstance(value, tuple) else () if value is None else (str(value),)

    return texts


def _ssh(facts: Facts) -> Sequence[str]:
    """Recog matches what follows "SSH-2.0-"."""
    software, comment = facts.get("ssh.software"), facts.get("ssh.comment")
    return (f"{software} {comment}".strip() if comment else str(software),) if software else ()


def _challenge(facts: Facts) -> Sequence[str]:
    """The header is not kept; from its scheme and realm it can be written again."""
    realm, schemes = facts.get("http.realm"), str(facts.get("http.auth", "")).split(",")
    return tuple(f'{scheme.title()} realm="{realm}"' for scheme in schemes if scheme and realm)


def _cookies(facts: Facts) -> Sequence[str]:
    names = facts.get("http.cookies", ())
    return tuple(f"{name}=" for name in names) if isinstance(names, tuple) else ()


def _object_id(facts: Facts) -> Sequence[str]:
    """Recog matches sysObjectID and sysDescr with a blank between, or the former alone."""
    number, words = facts.get("snmp.sys_object_id"), facts.get("snmp.sys_descr")
    return (f"{number} {words}" if words else str(number),) if number else ()


def _variables(facts: Facts) -> Sequence[str]:
    """Recog matches the variables as ntpq prints them, in ntpd's own order."""
    named = ((name, facts.get(f"ntp.{name}")) for name in ("version", "processor", "system"))
    text = ", ".join(f'{name}="{value}"' for name, value in named if value)
    return (text,) if text else ()


_FIELDS: Mapping[str, tuple[str, _Texts]] = {
    "ssh.banner": ("ssh.software", _ssh),
    "http_header.server": ("http.server", _fact("http.server")),
    "http_header.wwwauth": ("http.realm", _challenge),
    "http_header.cookie": ("http.cookies", _cookies),
    "html_title": ("http.title", _fact("http.title")),
    "favicon.md5": ("favicon.md5", _fact("favicon.md5")),
    "ftp.banner": ("ftp.banner", _fact("ftp.banner")),
    "telnet.banner": ("telnet.banner", _fact("telnet.banner")),
    "telnet_banners": ("telnet.banner", _fact("telnet.banner")),
    "rtsp_header.server": ("rtsp.server", _fact("rtsp.server")),
    "sip_header.server": ("sip.server", _fact("sip.server")),
    "sip_header.user_agent": ("sip.user_agent", _fact("sip.user_agent")),
    "snmp.sys_description": ("snmp.sys_descr", _fact("snmp.sys_descr")),
    "snmp.sys_object_id": ("snmp.sys_object_id", _object_id),
    "ssdp_header.server": ("ssdp.server", _fact("ssdp.server")),
    "ntp.readvar": ("ntp.system", _variables),
    "dns.versionbind": ("dns.version", _fact("dns.version")),
    "x509.subject": ("tls.subject", _fact("tls.subject")),
    "x509.issuer": ("tls.issuer", _fact("tls.issuer")),
    "mdns.device-info.txt": ("mdns.txt", _fact("mdns.txt")),
    "dhcp_vendor_class": ("dhcp.vendor_class", _fact("dhcp.vendor_class")),
}
"""Which of our facts a file is matched against, by its `matches` (its name where it has none), and how the text is had from them."""

_FLAGS = {
    "REG_ICASE": "IGNORECASE",
    "REG_DOT_NEWLINE": "DOTALL",
    "REG_LINE_ANY_CRLF": "DOTALL",
    "REG_MULTILINE": "DOTALL",
}
"""As Recog's own matcher has them: all three that speak of lines let a dot match a line's end."""

_RUBY = re.compile(
    r"""(?P<class>\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\])
      | (?P<ends>\(\?:\\r\|\\n(?P<nought>\|\\x00)?\|?\))
      | (?P<end>[ ]?(?:\\[rn])++)(?P<repeat>[*+?]?)
      | \(\?(?P<flags>[imx]++)(?P<off>-[imx]+)?(?P<close>[:)])
      | \\(?P<escape>.)""",
    re.VERBOSE | re.DOTALL,
)
"""What reads otherwise in Ruby, or stands for a line's end; sets are left as they are."""

_KINDS = {
    "access control": "door-controller",
    "adsl modem": "router",
    "broadband router": "router",
    "building automation": "building-controller",
    "cable modem": "router",
    "device server": "serial-server",
    "docsis cable modem": "router",
    "dsl modem": "router",
    "dvr": "recorder",
    "environment control": "building-controller",
    "firewall": "firewall",
    "hmi controller": "hmi",
    "industrial control": "plc",
    "ip camera": "camera",
    "lights out management": "server",
    "multifunction device": "printer",
    "nas": "nas",
    "network audio": "speaker",
    "plc": "plc",
    "power meter": "meter",
    "print server": "printer",
    "printer": "printer",
    "router": "router",
    "sensor": "sensor",
    "sip device": "phone",
    "storage": "nas",
    "switch": "switch",
    "ups": "ups",
    "video encoder": "camera",
    "voip": "phone",
    "wap": "access-point",
    "web cam": "camera",
}
"""Recog's words for devices (identifiers/hw_device.txt) that have a word of KINDS for them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fingerprint: its pattern (of the `regex` module, which can be stopped), and for each parameter the group's number and the fixed text."""

    name: str
    pattern: Any
    params: tuple[tuple[str, int, str], ...]
    examples: tuple[tuple[str, Mapping[str, str]], ...]

    def read(self, text: str) -> dict[str, str] | None:
        """Every parameter with its value, None where the pattern is not in `text` or takes too long to search."""
        try:
            match = self.pattern.search(text, timeout=SECONDS)
        except TimeoutError:
            return None
        if match is None:
            return None
        values = {name: match[pos] if pos else value for name, pos, value in self.params}
        found = {name: value for name, value in values.items() if value}
        fixed = {name for name, pos, _ in self.params if not pos}
        whole = ((name, _filled(name, found, fixed, _DEPTH)) for name in found)
        return {name: value for name, value in whole if value and not name.startswith("_tmp.")}


@dataclass(frozen=True, slots=True)
class Collection:
    """All usable entries by the `matches` of their files, and a sentence for each that is not."""

    entries: Mapping[str, tuple[tuple[Entry, ...], ...]]
    unusable: tuple[str, ...]

    def __len__(self) -> int:
        return sum(len(file) for files in self.entries.values() for file in files)

    def claims(self, seen: Observation) -> Iterator[Claim]:
        """What the collection makes of one observation."""
        for matches, files in self.entries.items():
            fact, texts = _FIELDS[matches]
            for text in texts(seen.facts):
                for file in files:
                    yield from _first(file, text[:MATCHED_LENGTH], fact, seen)


def load_recog(folder: Path) -> Collection:
    """Read every .xml of `folder` (or of its `xml` folder, as in Recog's own tree); `ConfigError` where there is none."""
    if not folder.is_dir():
        raise ConfigError(f"[intel] recog: {folder} is not a folder; name the one with Recog's .xml files")
    inner = folder / "xml"
    files = sorted((inner if inner.is_dir() else folder).glob("*.xml"))
    if not files:
        raise ConfigError(f"[intel] recog: there is no .xml file in {folder}")
    entries: dict[str, tuple[tuple[Entry, ...], ...]] = {}
    unusable: list[str] = []
    for path in files:
        matches, found = _file(path, unusable)
        if found:
            entries[matches] = (*entries.get(matches, ()), found)
    return Collection(entries, tuple(unusable))


def _file(path: Path, unusable: list[str]) -> tuple[str, tuple[Entry, ...]]:
    from lxml import etree

    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ConfigError(f"[intel] recog: {path} is larger than {_LARGEST_FILE >> 20} MiB")
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except OSError as error:
        raise ConfigError(f"[intel] recog: cannot read {path}: {error.strerror}") from error
    except etree.XMLSyntaxError as error:
        raise ConfigError(f"[intel] recog: {path} is no XML: {error}") from error
    matches = root.get("matches", path.stem)
    if root.tag != "fingerprints" or matches not in _FIELDS:
        return matches, ()  # of a protocol that is not asked here
    found = []
    for element in root.iterfind("fingerprint"):
        try:
            found.append(_entry(element))
        except ValueError as error:
            unusable.append(f"{path.name} line {element.sourceline}: {error}")
    return matches, tuple(found)


def _entry(element: Any) -> Entry:
    name = " ".join((element.findtext("description") or "").split())
    pattern = _compiled(element.get("pattern", ""), element.get("flags", ""))
    params = tuple(_param(param, pattern.groups) for param in element.iterfind("param"))
    if element.get("certainty"):
        params = tuple((f"{area}.certainty", 0, element.get("certainty")) for area in ("hw", "os", "service")) + params
    return Entry(name, pattern, params, tuple(_examples(element)))


def _compiled(source: str, flags: str) -> Any:
    """The pattern in the `regex` module's dialect."""
    try:
        import regex
    except ImportError as error:
        raise ConfigError("[intel] recog needs the package regex: pip install 'tocsin[recog]'") from error
    options = regex.MULTILINE | regex.ASCII
    for flag in filter(None, (word.strip() for word in flags.split(","))):
        if flag not in _FLAGS:
            raise ValueError(f"the flag {flag!r} is none of Recog's")
        options |= getattr(regex, _FLAGS[flag])
    if not source:
        raise ValueError("no pattern")
    try:
        return regex.compile(_RUBY.sub(_translated, source), options)
    except regex.error as error:
        raise ValueError(f"not a regular expression: {error}") from error


def _translated(found: re.Match[str]) -> str:
    """One piece of a Ruby pattern, as the `regex` module reads it."""
    if found["ends"]:
        return "[\\r\\n\\x00 ]" if found["nought"] else "[\\r\\n ]"
    if found["end"]:
        return "[\\r\\n ]*" if found["repeat"] in {"*", "?"} else "[\\r\\n ]+"
    if found["flags"]:
        return f"(?{found['flags'].replace('m', 's')}{(found['off'] or '').replace('m', 's')}{found['close']}"
    escapes = {"z": r"\Z", "Z": r"(?=\n?\Z)", "h": "[0-9a-fA-F]"}
    return escapes.get(found["escape"] or "", found[0])


def _param(param: Any, groups: int) -> tuple[str, int, str]:
    name, pos, value = param.get("name", ""), param.get("pos", ""), param.get("value", "")
    if not (name and pos.isascii() and pos.isdecimal()):
        raise ValueError("a param without a name or a position")
    if int(pos) > groups:
        raise ValueError(f"{name} is of group {pos}, and the pattern has {groups}")
    return name, int(pos), value


def _examples(element: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The examples that stand in the file itself, as text or in base 64; those in files beside it are for Recog's own tests."""
    for example in element.iterfind("example"):
        stated = {name: value for name, value in example.attrib.items() if not name.startswith("_")}
        if example.text and "_filename" not in example.attrib:
            encoded = example.get("_encoding") == "base64"
            yield b64decode(example.text).decode("latin-1") if encoded else example.text, stated


def _filled(name: str, found: Mapping[str, str], fixed: Set[str], depth: int) -> str:
    """The value with each {other.parameter} put in; what a device said is put in as it is. A version that was not captured is "-" in a CPE, as Recog has it;
    anything else makes it no value."""
    if name not in fixed:
        return found[name]
    others = dict.fromkeys(_PLACE.findall(found[name]), "")
    for other in others:
        if other in found:
            others[other] = _filled(other, found, fixed, depth - 1) if depth else ""
        elif name.endswith(".cpe23") and other.endswith(".version"):
            others[other] = "-"
    return _PLACE.sub(lambda place: others[place[1]], found[name])[:_LONGEST] if all(others.values()) else ""


def _first(file: tuple[Entry, ...], text: str, fact: str, seen: Observation) -> Iterator[Claim]:
    for entry in file:
        values = entry.read(text)
        if values is not None:
            for claim, value, confidence in _believed(values):
                shown = one_line(value, 128)
                yield Claim(
                    claim, shown, confidence, f"recog: {one_line(entry.name, 80)}", fact, seen.endpoint, seen.behind
                )
            return


def _believed(values: Mapping[str, str]) -> Iterator[tuple[str, str, Confidence]]:
    """The claims that Recog's parameters amount to, with how sure each is. An operating system is a device's firmware only where it is of a device."""
    of_device = "hw.vendor" in values or "hw.device" in values or _kind(values, "os") != ""
    candidates = {
        "vendor": _one_of(values, "hw.vendor", *(("os.vendor",) if of_device else ())),
        "model": _one_of(values, "hw.product", "hw.model", *(("os.product",) if _kind(values, "os") else ())),
        "kind": _kind(values, "hw") or _kind(values, "os"),
        "firmware": _one_of(values, "os.version") if of_device and values.get("os.family") != "Linux" else "",
        "serial": _one_of(values, "hw.serial_number"),
        "hardware": _one_of(values, "hw.version"),
        "mac": normal(values.get("host.mac", "")) or "",
        "name": _one_of(values, "host.name"),
        "component": _component(values),
        "cpe": next(
            (cpe for key in ("hw.cpe23", "os.cpe23") if of_device and (cpe := _cpe23(values.get(key, "")))), ""
        ),
    }
    assert set(candidates) <= set(CLAIMS)
    for claim, value in candidates.items():
        area = "service" if claim == "component" else "hw" if claim != "firmware" else "os"
        unsure = _certainty(values.get(f"{area}.certainty", "")) < 0.5
        if value:
            yield claim, value, Confidence.INFERRED if unsure else Confidence.LIKELY


def _one_of(values: Mapping[str, str], *names: str) -> str:
    return next((values[name] for name in names if values.get(name) and values[name] != "Unknown"), "")


def _kind(values: Mapping[str, str], area: str) -> str:
    return _KINDS.get(values.get(f"{area}.device", "").lower(), "")


def _certainty(text: str) -> float:
    return float(text) if re.fullmatch(r"[01](\.\d{1,6})?", text) else 1.0


def _component(values: Mapping[str, str]) -> str:
    """By the name that the release tables have for it."""
    product, version = values.get("service.product", ""), values.get("service.version", "")
    name = re.sub(r"[^a-z0-9_+-]+", "-", product.lower()).strip("-")
    name = {"httpd": "apache-httpd", "miniupnp": "miniupnpd"}.get(name, name)
    return f"{name} {version}" if name and version else ""


def _cpe23(text: str) -> str:
    """The formatted string of CPE 2.3 (NISTIR 7695, section 6.2) of what Recog writes as a 2.2 URI under that name."""
    if text.startswith("cpe:2.3:"):
        return text
    parts = text.removeprefix("cpe:/").split(":")
    if not text.startswith("cpe:/") or parts[0] not in {"h", "o"} or not 3 <= len(parts) <= 7 or not all(parts[:3]):
        return ""
    return ":".join(("cpe:2.3", *(_bound(part) for part in parts), *("*" for _ in range(11 - len(parts)))))


def _bound(part: str) -> str:
    """One attribute: its punctuation quoted, nothing as any."""
    return re.sub(r"(?<!\\)([^\w.\\-])", r"\\\1", part) or "*"

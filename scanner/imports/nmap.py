"""nmap's results in XML (`nmap -oX`; its DTD is https://nmap.org/book/nmap-dtd.html), read as they stream by."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from inventory.errors import ConfigError
from inventory.model import FactValue
from inventory.oui import normal
from inventory.text import one_line
from scanner.passive.sighting import Sighting
from scanner.source import Broken, Source
from scanner.written import address_of

NAME = "nmap"
TITLE = "nmap's XML"
FACTS = {
    "nmap.service": "the service that nmap took it for",
    "nmap.software": "product and version, 'Dropbear sshd 2012.55'",
    "nmap.extra": "what else the service said",
    "nmap.device_type": "what nmap takes the device for by its service: webcam, printer …",
    "nmap.cpe": "the product's CPE name, as nmap writes it",
    "nmap.os": "the operating system that fits best, by its fingerprint",
    "nmap.host_name": "the name of the address",
    "nmap.mac_vendor": "whom the MAC address's prefix belongs to, by nmap's table",
}
_PIECE = 65536
_MOST_PORTS = 4096


def recognises(start: bytes) -> bool:
    """By its root element, or by any XML: what it is not is said by `read`."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<nmaprun", b"<!DOCTYPE nmaprun"))


def read(source: Source) -> Iterator[Sighting]:
    """What is told of each host that is up; `ConfigError` where the XML is not nmap's."""
    from lxml import etree

    # Entities are not expanded, nothing is fetched, and depth and text keep libxml2's limits.
    parser = etree.XMLPullParser(("start", "end"), resolve_entities=False, no_network=True, huge_tree=False)
    document = _Document(source)
    broken = ""
    while not broken and (piece := source.read(_PIECE)):
        try:
            parser.feed(piece)
        except etree.XMLSyntaxError as error:
            broken = one_line(str(error), 120)
        for event, element in _events(parser):
            yield from document.take(event, element)
    if broken and not document.begun:
        raise ConfigError(f"{source.path} is XML that cannot be read: {broken}")
    if broken:
        raise Broken(f"its XML is broken after {source.records:,} hosts ({broken})")
    if not document.ended:
        raise Broken(f"it ends before its end, after {source.records:,} hosts")


def _events(parser: Any) -> Iterator[tuple[str, Any]]:
    """What has been parsed; where the document broke, what came before."""
    from lxml import etree

    with suppress(etree.XMLSyntaxError):
        yield from parser.read_events()


class _Document:
    """The events of the parser, and the host and the port that they are about. Elements are let go of as they end."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.begun = self.ended = False
        self._host: _Host | None = None

    def take(self, event: str, element: Any) -> Iterator[Sighting]:
        """Take one event; at the end of a host, what it tells."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if not self.begun:
            if tag != "nmaprun":
                raise ConfigError(f"{self._source.path} is XML, but not nmap's: it begins with <{one_line(tag, 40)}>")
            self.begun = True
            return
        if event == "start":
            self._start(tag, element.attrib)
            return
        self.ended = self.ended or (tag == "nmaprun" and element.getparent() is None)
        if self._host is not None:
            if tag == "cpe":
                self._host.cpe(element.text or "")
            elif tag == "host":
                self._source.records += 1
                yield from self._host.sightings()
                self._host = None
        parent = element.getparent()
        if parent is not None:
            element.clear()
            while len(parent) > 1:
                del parent[0]

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "host":
            self._host = _Host(attributes.get("endtime") or attributes.get("starttime") or "")
        elif self._host is not None:
            self._host.take(tag, attributes)


class _Host:
    """One <host>, as its elements come."""

    def __init__(self, when: str) -> None:
        self._when = float(when) if when.isascii() and when.isdigit() and len(when) < 12 else 0.0
        self._address = self._mac = ""
        self._up = True
        self._facts: dict[str, FactValue] = {}
        self._ports: dict[tuple[int, str], dict[str, FactValue]] = {}
        self._open: set[tuple[int, str]] = set()
        self._port: tuple[int, str] | None = None

    def take(self, tag: str, attributes: Mapping[str, str]) -> None:
        """The beginning of an element within it."""
        match tag:
            case "status":
                self._up = attributes.get("state") == "up"
            case "address":
                self._place(attributes)
            case "hostname":
                self._fact(self._facts, "host_name", attributes.get("name", ""))
            case "osmatch":
                self._fact(self._facts, "os", attributes.get("name", ""))
            case "port":
                self._begin_port(attributes)
            case "state" if self._port and attributes.get("state") == "open":
                self._open.add(self._port)
            case "service" if self._port:
                facts = self._ports.setdefault(self._port, {})
                software = f"{attributes.get('product', '')} {attributes.get('version', '')}"
                for name, text in (("service", attributes.get("name", "")), ("software", software)):
                    self._fact(facts, name, text)
                self._fact(facts, "extra", attributes.get("extrainfo", ""))
                self._fact(facts, "device_type", attributes.get("devicetype", ""))

    def cpe(self, text: str) -> None:
        """A CPE name, of the port where one has begun."""
        self._fact(self._ports.setdefault(self._port, {}) if self._port else self._facts, "cpe", text)

    def sightings(self) -> Iterator[Sighting]:
        """The host, then each of its open ports."""
        if not self._up or not (self._address or self._mac):
            return
        yield Sighting(self._facts, self._address, self._mac, "nmap", when=self._when)
        if not self._address:
            return
        for port, transport in sorted(self._open):
            facts = self._ports.get((port, transport), {})
            yield Sighting(facts, self._address, "", "nmap", port, transport, is_open=True, when=self._when)

    def _place(self, attributes: Mapping[str, str]) -> None:
        said = attributes.get("addr", "")
        if attributes.get("addrtype") == "mac":
            self._mac = normal(said) or ""
            self._fact(self._facts, "mac_vendor", attributes.get("vendor", ""))
        elif not self._address:
            self._address = address_of(said)

    def _begin_port(self, attributes: Mapping[str, str]) -> None:
        number, transport = attributes.get("portid", ""), attributes.get("protocol", "")
        known = number.isascii() and number.isdigit() and len(number) < 6 and 0 < int(number) < 65536
        self._port = (int(number), transport) if known and transport in ("tcp", "udp") else None
        if len(self._ports) + len(self._open) > _MOST_PORTS:
            self._port = None

    def _fact(self, facts: dict[str, FactValue], name: str, text: str) -> None:
        said = one_line(text)
        if said:
            facts.setdefault(f"nmap.{name}", said)

"""A multicast DNS responder (RFC 6762) with the services of DNS-SD (RFC 6763), asked by unicast."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit
from lab.services import dns

_LIST = "_services._dns-sd._udp.local"
_UPDATE = 5


@dataclass(frozen=True)
class Announced:
    """One instance of a service: its type ("_ipp._tcp"), its name, its port and the pairs of its TXT record."""

    kind: str
    instance: str
    port: int
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def type_name(self) -> bytes:
        """The type's name on the wire."""
        return dns.name(*self.kind.split("."), "local")

    @property
    def name(self) -> bytes:
        """The instance's name on the wire; its dots are part of its first label."""
        return dns.name(self.instance, *self.kind.split("."), "local")


@dataclass(frozen=True)
class Mdns(Datagram):
    """A responder. `host` is its name without ".local". `brings_along` is False where it leaves SRV and TXT to a further question, as small stacks do.

    A message that would change what others believe of it, a response or an update, is harm.
    """

    host: str
    services: tuple[Announced, ...]
    port: int = 5353
    brings_along: bool = True

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer what is asked of it, and keep silent where nothing is."""
        try:
            asked = dns.read(datagram)
        except dns.Malformed:
            return None
        if asked.response or asked.operation:
            visit.harm("a DNS update" if asked.operation == _UPDATE else "a DNS response that nobody asked for")
            return None
        answers: list[bytes] = []
        additional: list[bytes] = []
        for name, kind in asked.questions:
            more, along = self._found(name, kind, visit.address)
            answers += more
            additional += along
        return dns.answer(asked, answers, additional) if answers else None

    def _found(self, name: str, kind: int, address: str) -> tuple[list[bytes], list[bytes]]:
        if name == _LIST and kind in (dns.PTR, dns.ANY):
            owner = dns.name(*_LIST.split("."))
            kinds = dict.fromkeys(one.type_name for one in self.services)
            return [dns.record(owner, dns.PTR, type_name) for type_name in kinds], []
        pointed = [one for one in self.services if name == f"{one.kind}.local"]
        if pointed and kind in (dns.PTR, dns.ANY):
            along = [record for one in pointed for record in self._records(one, address)] if self.brings_along else []
            return [dns.record(one.type_name, dns.PTR, one.name) for one in pointed], along
        named = [one for one in self.services if name == f"{one.instance}.{one.kind}.local".lower()]
        wanted = {dns.SRV: slice(0, 1), dns.TXT: slice(1, 2), dns.ANY: slice(0, 2)}.get(kind, slice(0))
        return [record for one in named for record in self._records(one, address)[wanted]], []

    def _records(self, one: Announced, address: str) -> list[bytes]:
        """SRV, TXT and the host's address."""
        host = dns.name(self.host, "local")
        return [
            dns.record(one.name, dns.SRV, bytes(4) + one.port.to_bytes(2, "big") + host),
            dns.record(one.name, dns.TXT, dns.text(*one.pairs)),
            dns.record(host, dns.A, bytes(int(part) for part in address.split("."))),
        ]

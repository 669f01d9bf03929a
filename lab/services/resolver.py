"""A DNS server (RFC 1035, section 4), as far as an asker from the city needs one: it looks names up, or refuses, and says its version."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit
from lab.services import dns
from lab.services.dns import TXT, Asked, Malformed, name, record

_RECURSION_AVAILABLE, _NXDOMAIN, _REFUSED, _NOTIMP = 0x80, 3, 5, 4
_LARGE = frozenset((2, 252, 255))
"""NS, AXFR and ANY: whoever asks for these asks for much."""


@dataclass(frozen=True)
class Resolver(Datagram):
    """A resolver that serves everybody or, with `refuses`, nobody. No name that it is asked for exists; `version` is what version.bind says ("": refused)."""

    version: str = ""
    refuses: bool = False
    port: int = 53

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer one question."""
        try:
            asked = dns.read(datagram)
        except Malformed:
            return None
        if asked.response or len(asked.questions) != 1:
            return None
        wanted, kind = asked.questions[0]
        if asked.operation:
            visit.harm(f"a DNS message of operation {asked.operation}")
            return self._said(asked, _NOTIMP)
        if kind in _LARGE:
            visit.harm(f"a DNS question of type {kind}, whose answer is large")
        if wanted == "version.bind" and kind == TXT:
            return self._version(asked)
        return self._said(asked, _REFUSED) if self.refuses else self._said(asked, _NXDOMAIN, available=True)

    def _version(self, asked: Asked) -> bytes:
        if not self.version or self.refuses:
            return self._said(asked, _REFUSED)
        text = self.version.encode()[:255]
        stated = record(name("version", "bind"), TXT, bytes((len(text),)) + text)
        return self._said(asked, 0, stated.replace(b"\0\x10\0\x01", b"\0\x10\0\x03", 1))

    def _said(self, asked: Asked, code: int, answer: bytes = b"", *, available: bool = False) -> bytes:
        """A response with the questions of the request; the class of version.bind is CH."""
        flags = bytes((0x80 | asked.operation << 3, (_RECURSION_AVAILABLE if available else 0) | code))
        counts = (len(asked.questions), int(bool(answer)), 0, 0)
        head = asked.identifier + flags + b"".join(count.to_bytes(2, "big") for count in counts)
        return head + asked.section + answer

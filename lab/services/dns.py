"""DNS messages, the responder's side (RFC 1035, section 4; RFC 6762): questions read, answers written without compression."""

from dataclasses import dataclass

A, PTR, TXT, SRV, ANY = 1, 12, 16, 33, 255
_INTERNET = 1


class Malformed(Exception):
    """Not a DNS message, or not one that a responder reads."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a message, as (name, type) with the name's labels joined in lower case, and what a conventional answer repeats of it (RFC 6762, 6.7)."""

    identifier: bytes
    operation: int
    response: bool
    questions: tuple[tuple[str, int], ...]
    section: bytes


def read(message: bytes) -> Asked:
    """Read a message's head and questions."""
    if len(message) < 12:
        raise Malformed
    count = int.from_bytes(message[4:6], "big")
    at, questions = 12, []
    for _ in range(count):
        name, at = _name(message, at)
        if at + 4 > len(message):
            raise Malformed
        questions.append((name, int.from_bytes(message[at : at + 2], "big")))
        at += 4
    return Asked(message[:2], message[2] >> 3 & 15, bool(message[2] & 0x80), tuple(questions), message[12:at])


def _name(message: bytes, at: int) -> tuple[str, int]:
    labels: list[str] = []
    while True:
        if at >= len(message):
            raise Malformed
        size = message[at]
        if size > 63:
            raise Malformed  # a question needs no compression
        at += 1 + size
        if not size:
            return ".".join(labels), at
        labels.append(message[at - size : at].decode("utf-8", "replace").lower())


def name(*labels: str) -> bytes:
    """A name on the wire."""
    return b"".join(bytes((len(label.encode()),)) + label.encode() for label in labels) + b"\0"


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    """A record that lives for ten seconds, as RFC 6762 section 6.7 bids for conventional answers."""
    return b"".join((owner, kind.to_bytes(2, "big"), _INTERNET.to_bytes(2, "big"), bytes((0, 0, 0, 10)), _sized(data)))


def text(*pairs: tuple[str, str]) -> bytes:
    """The data of a TXT record (RFC 6763, section 6.3); a record without a pair holds one empty string."""
    strings = [f"{key}={value}".encode() for key, value in pairs] or [b""]
    return b"".join(bytes((len(string),)) + string for string in strings)


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def answer(asked: Asked, answers: list[bytes], additional: list[bytes]) -> bytes:
    """An authoritative answer that repeats identifier and questions."""
    counts = (len(asked.questions), len(answers), 0, len(additional))
    head = asked.identifier + b"\x84\0" + b"".join(count.to_bytes(2, "big") for count in counts)
    return b"".join((head, asked.section, *answers, *additional))

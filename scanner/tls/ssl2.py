"""Whether a server speaks SSL 2.0, by one hello of that version.

A server of later versions meets it with an alert, a closed connection or silence; none of that says anything against TLS.
"""

import os
from contextlib import suppress

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from scanner.codecs import ssl2
from scanner.codecs.ssl2 import Ssl2
from scanner.conversation import Conversation, Read, Send
from scanner.tls.asking import Asker


def ask(asker: Asker) -> Conversation[Ssl2 | None]:
    """The server's cipher specs and its certificate; None where it does not speak SSL 2.0.

    Raises `PeerError` where it cannot be reached, and `ProtocolError` where it begins with a SERVER-HELLO that is none: that leaves open whether it does.
    """
    yield from asker.open()
    try:
        yield Send(ssl2.client_hello(os.urandom(ssl2.CHALLENGE)))
        kind, left = yield from _kind()
    except (PeerClosed, TimedOut, ProtocolError):
        return None
    if kind != bytes((ssl2.SERVER_HELLO,)):
        return None
    try:
        answer = ssl2.parse_server_hello(kind + ((yield Read(left)) if left else b""))
    except (PeerClosed, TimedOut) as error:
        raise ProtocolError("a SERVER-HELLO of SSL 2.0 that ends early") from error
    with suppress(PeerError):  # it has gone already
        yield Send(ssl2.no_cipher_error())
    return answer


def _kind() -> Conversation[tuple[bytes, int]]:
    """The kind of the message, and how much of it is left: what is none of SSL 2.0 does not have us wait for the length that it seems to announce."""
    header, size = ssl2.record_size((yield Read(2)))
    if header == 3 and (yield Read(1)) != b"\x00":
        raise ProtocolError("padding on a record in the clear")
    return (yield Read(1)), size - 1

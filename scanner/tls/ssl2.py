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
    """The server's cipher specs and its certificate; None where it does not speak SSL 2.0. Raises `PeerError` where it cannot be reached."""
    yield from asker.open()
    try:
        yield Send(ssl2.client_hello(os.urandom(ssl2.CHALLENGE)))
        answer = yield from _answer()
    except (PeerClosed, TimedOut, ProtocolError):
        return None
    with suppress(PeerError):  # it has gone already
        yield Send(ssl2.no_cipher_error())
    return answer


def _answer() -> Conversation[Ssl2]:
    """The SERVER-HELLO; the kind of the message comes first, so that what is none of SSL 2.0 does not have us wait for the length that it seems to announce."""
    header, size = ssl2.record_size((yield Read(2)))
    if header == 3 and (yield Read(1)) != b"\x00":
        raise ProtocolError("padding on a record in the clear")
    kind = yield Read(1)
    if kind[0] not in (ssl2.ERROR, ssl2.SERVER_HELLO):
        raise ProtocolError(f"no SERVER-HELLO of SSL 2.0, but message {kind[0]}")
    return ssl2.parse_server_hello(kind + ((yield Read(size - 1)) if size > 1 else b""))

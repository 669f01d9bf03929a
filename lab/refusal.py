"""The alert by which a TLS server refuses a handshake, sent as a real one does: asyncio drops it together with the connection."""

import contextlib
import socket
import ssl
from typing import Any


class TellingContext:
    """A server's context as asyncio uses it, for one connection."""

    def __init__(self, context: ssl.SSLContext, connection: socket.socket) -> None:
        self._context = context
        self._connection = connection

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, **options: Any) -> "_Telling":
        """What asyncio shakes hands with."""
        return _Telling(self._context.wrap_bio(incoming, outgoing, **options), outgoing, self._connection)


class _Telling:
    """The server's side of one connection."""

    def __init__(self, inner: ssl.SSLObject, outgoing: ssl.MemoryBIO, connection: socket.socket) -> None:
        self._inner = inner
        self._outgoing = outgoing
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def do_handshake(self) -> None:
        """Shake hands, and say what ends it before that is lost."""
        try:
            self._inner.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError:
            with contextlib.suppress(OSError):  # the client has gone already
                self._connection.send(self._outgoing.read())
            raise

"""The tree of errors: an error's name says whose fault it is.

::

    TocsinError
    ├── OperatorError          the operator's: said in one sentence, exit 2
    │   ├── ConfigError        tocsin.toml or the command line
    │   ├── StoreError         the inventory: locked, corrupt, of a newer version, disk full
    │   └── ScopeError         refused by the scope, exit 4
    └── PeerError              the other side's: becomes a value at the device's boundary
        ├── Unreached          no connection: refused, no route, timed out in connecting
        ├── PeerClosed         the peer closed before it had said what was asked
        ├── TimedOut           the peer said nothing in time
        ├── UsedUp             the device has had as many packets as it may for this: the conversation was broken off
        ├── Quarantined        the device is left alone, because it fell silent under questions: nothing was sent
        ├── ChangedHands       another device answers at the address by now: nothing was sent to it
        └── ProtocolError      what came is not this protocol, or is broken
            └── NoSession      TLS is spoken, but no session came about, so that what is inside stays unseen

Python's own `PermissionError` for a file is the operator's too, and said as such by `scanner/cli.py`. Anything else that is raised is
ours, a bug; `scanner/assess.py` and `scanner/pipeline.py` turn it into a FAILED outcome and a log entry.
"""


class TocsinError(Exception):
    """Any error that Tocsin expects."""


class OperatorError(TocsinError):
    """Something the operator can mend; the message says what, where and how."""


class ConfigError(OperatorError):
    """`tocsin.toml` or the command line says something that cannot be followed."""


class StoreError(OperatorError):
    """The inventory cannot be opened, read or written."""


class ScopeError(OperatorError):
    """The scope does not allow this target, now, at this level."""


class PeerError(TocsinError):
    """The other side did not do what its protocol asks of it."""


class Unreached(PeerError):
    """No connection came about."""


class PeerClosed(PeerError):
    """The peer closed the connection first; `partial` is what it had said since the last step."""

    def __init__(self, partial: bytes = b"") -> None:
        super().__init__("the device closed the connection")
        self.partial = partial


class TimedOut(PeerError):
    """The peer was silent for longer than it may be; `partial` is what it had said since the last step."""

    def __init__(self, partial: bytes = b"") -> None:
        super().__init__("the device did not answer in time")
        self.partial = partial


class UsedUp(PeerError):
    """The device makes us spend more packets than it may be sent."""

    def __init__(self) -> None:
        super().__init__("broken off: the packets that this device may be sent are used up")


class Quarantined(PeerError):
    """The device is in quarantine: nothing is sent to it until a person releases it."""


class ChangedHands(PeerError):
    """The address is another device's than when the scan began with it; the message says so in a sentence."""


class ProtocolError(PeerError):
    """The bytes are not what the protocol allows."""


class NoSession(ProtocolError):
    """The peer speaks TLS, but nothing that this machine still speaks too, or it wants a certificate of ours: what it would say inside is not known."""

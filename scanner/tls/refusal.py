"""How a handshake that was to be ended comes to nothing."""

from inventory.errors import ProtocolError


class Refused(ProtocolError):
    """The server ends it; `alert` is the description it gives (RFC 8446, section 6), None for none."""

    def __init__(self, alert: int | None) -> None:
        super().__init__("the device refused the handshake" + (f" (alert {alert})" if alert is not None else ""))
        self.alert = alert


class Beyond(ProtocolError):
    """The server wants what is not known here: a suite or a group."""

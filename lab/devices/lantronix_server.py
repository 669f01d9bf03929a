"""A serial server of a pumping station whose setup menu asks for nothing."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.lantronix import Lantronix
from lab.services.telnet import Telnet

_MAC = "00:80:a3:8c:1b:23"

FAKE = Fake(
    name="lantronix_server",
    title="Serial server with firmware of 2012 and its setup menu on port 9999",
    host=123,
    mac=_MAC,
    vendor="Lantronix",
    model="UDS1100",
    kind="serial-server",
    firmware="6.8.0.4",
    quarter="outskirts",
    services=(
        Lantronix(mac=_MAC, kind="U1"),
        Http(pages=(("/", page("Lantronix Web Manager", "Device status")),), keeps_alive=False),
        Telnet(
            port=9999,
            options=bytes((255, 251, 1, 255, 251, 3)),  # WILL ECHO, WILL SUPPRESS-GO-AHEAD
            # Its lines end in a return that is a return alone, CR NUL (RFC 854), before or after the feed: so several models were recorded for nmap.
            banner=(
                "*** Lantronix UDS1100 Device Server ***\r\0\nMAC address 0080A38C1B23\n\r\0"
                "Software version V6.8.0.4 (120417) \r\0\n\r\0\n"
            ),
            inside="",
            prompt="Press Enter for Setup Mode ",
        ),
    ),
    causes=frozenset(
        (
            Expected("firmware-old", 9999),
            Expected("management-channel", 9999),
            Expected("management-channel", 30718, "udp"),
        )
    ),
)

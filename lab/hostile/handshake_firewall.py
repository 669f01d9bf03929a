"""A firewall that completes the handshake at any port and breaks it off: a SYN proxy before a device that is not there."""

from lab.fake import Expected, Fake
from lab.services.anything import everywhere

FAKE = Fake(
    name="handshake_firewall",
    title="Firewall that takes every connection and resets it",
    host=208,
    mac="00:0d:b9:52:12:08",
    quarter="hostile",
    services=everywhere(resets=True),
    causes=frozenset((Expected("untrusted-evidence", 0),)),
)

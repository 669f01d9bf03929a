"""A host with every port open, each with the greeting of something else: a program such as portspoof, put there against scanners."""

from lab.fake import Expected, Fake
from lab.services.anything import everywhere

FAKE = Fake(
    name="port_spoofer",
    title="Host that opens every known port and greets with anything",
    host=207,
    mac="00:0d:b9:52:12:07",
    quarter="hostile",
    services=everywhere(),
    causes=frozenset((Expected("untrusted-evidence", 0),)),
)

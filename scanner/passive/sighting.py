"""What one frame, or one line of a file, tells of one device."""

from dataclasses import dataclass

from inventory.model import Facts


@dataclass(frozen=True, slots=True)
class Sighting:
    """Facts of the device that has `mac`, or `address`, or both: then the two are said to belong together.

    `port` is 0 where the whole host is meant, and `is_open` says that something answers there. `behind` is a sub-device that the device speaks for.
    `evidence` is what was heard, `when` the Unix time; where they are b"" and 0.0 the frame's own are taken, and for `protocol` "" its reader's.
    """

    facts: Facts
    address: str = ""
    mac: str = ""
    protocol: str = ""
    port: int = 0
    transport: str = "udp"
    behind: str = ""
    is_open: bool = False
    evidence: bytes = b""
    when: float = 0.0

"""What a host says that no device would: the words of a honeypot as it comes out of the box, and identities that exclude each other. Pure.

What excludes each other is chosen so that a gateway between protocols passes, and so does a router that forwards its ports to the devices behind it:

- A gateway speaks several control protocols, six at the most that was seen (Modbus, DNP3, IEC 60870-5-104, EtherNet/IP, OPC UA and BACnet on controllers of
  substations), all in the name of its own maker. EVERYTHING is two more than that, of the ten that are counted.
- A router with two controllers of two makers behind it answers as both. A third maker's is one forwarded port too many for one plant, and what answers on UDP
  as well is forwarded by hardly anybody. Only controllers count: that a camera is there too says nothing.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from inventory.model import FactValue, Observation

FILE = Path(__file__).with_suffix(".toml")
EVERYTHING = 8
"""So many control protocols are spoken by no gateway."""
MAKERS = 3
"""So many makers' controllers are not behind one address."""
CONTROL_PROTOCOLS = ("bacnet", "dnp3", "enip", "fins", "fox", "iec104", "knx", "modbus", "opcua", "s7")
_CONTROLLER = 14
"""The CIP device type of a programmable controller."""
# ODVA's vendor ids of those who make controllers that speak EtherNet/IP (Wireshark, packet-enip.c, and the fingerprints of enip.vendor_id).
_CIP_MAKERS = {1: "Rockwell", 40: "WAGO", 47: "Omron", 243: "Schneider"}
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Decoy:
    """A honeypot's own words: the facts of one protocol that are exactly those of `says`, and that contain those of `holds`."""

    id: str
    product: str
    protocol: str
    source: str
    says: Mapping[str, FactValue] = field(default_factory=dict)
    holds: Mapping[str, str] = field(default_factory=dict)

    def speaks(self, seen: Observation) -> bool:
        """Whether these are its words."""
        if seen.protocol != self.protocol or seen.behind:
            return False
        exactly = all(seen.facts.get(fact) == value for fact, value in self.says.items())
        return exactly and all(text in str(seen.facts.get(fact, ""))[:_LONGEST] for fact, text in self.holds.items())


@cache
def load_decoys() -> tuple[Decoy, ...]:
    """Every decoy of the table, in its order."""
    return tuple(Decoy(**row) for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["decoy"])


def made_up(observations: Sequence[Observation]) -> str:
    """Why nothing of this can be believed, in a sentence; "" where nothing speaks against it."""
    own = [seen for seen in observations if not seen.behind]
    return next(filter(None, (_a_known_decoy(own), _all_makers(own), _all_protocols(own))), "")


def _a_known_decoy(observations: Iterable[Observation]) -> str:
    found = ((decoy, seen) for seen in observations for decoy in load_decoys() if decoy.speaks(seen))
    for decoy, seen in found:
        where = f"{seen.endpoint.port}/{seen.endpoint.transport}"
        return f"it answers {seen.protocol} on {where} in the words of the honeypot {decoy.product} as it comes ({decoy.id})"
    return ""


def _all_makers(observations: Sequence[Observation]) -> str:
    makers = sorted(set(_makers(observations)))
    if len(makers) < MAKERS:
        return ""
    return f"it answers as controllers of {len(makers)} makers at once ({', '.join(makers)})"


def _makers(observations: Sequence[Observation]) -> Iterator[str]:
    """Whose controller each protocol shows. A Niagara station speaks BACnet under the brand of whoever sells it, so the two are one."""
    niagara = any(seen.protocol == "fox" for seen in observations)
    for seen in observations:
        match seen.protocol:
            case "s7":
                yield "Siemens"
            case "fins":
                yield "Omron"
            case "fox":
                yield "Niagara"
            case "enip" | "enip_tcp" if seen.facts.get("enip.device_type") == _CONTROLLER:
                maker = _CIP_MAKERS.get(_number(seen.facts.get("enip.vendor_id")))
                yield from (maker,) if maker else ()
            case "bacnet" if not niagara:
                yield from _first_word(seen.facts.get("bacnet.vendor"))


def _number(value: FactValue | None) -> int:
    return value if isinstance(value, int) else 0


def _first_word(value: FactValue | None) -> Iterator[str]:
    """The maker's name without its legal form: "Siemens Building Technologies" and "Siemens" are one."""
    word = re.match(r"[^\W_]{2,40}", str(value or "")[:64])
    if word:
        name = word[0].casefold()
        yield next((maker for maker in _CIP_MAKERS.values() if maker.casefold() == name), name.capitalize())


def _all_protocols(observations: Iterable[Observation]) -> str:
    spoken = sorted({seen.protocol.removesuffix("_tcp") for seen in observations} & set(CONTROL_PROTOCOLS))
    return (
        f"it speaks {len(spoken)} control protocols at once ({', '.join(spoken)})" if len(spoken) >= EVERYTHING else ""
    )

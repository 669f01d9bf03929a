"""Addresses as people and programs write them in tables. Pure."""

import ipaddress
import re

from inventory.oui import normal
from scanner.codecs.packet import address_text, mac_text

MAC = r"(?:[0-9A-Fa-f]{1,2}[:-]){5}[0-9A-Fa-f]{1,2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
"""44:19:b6:0:0:7, 44-19-B6-00-00-07, 4419.b600.0007; macOS leaves the noughts at the front out."""
_PARTS = re.compile("[:-]")


def address_of(text: str) -> str:
    """The IP address of one host that the text is, without its zone (fe80::1%eth0); "" where it is none."""
    try:
        return address_text(ipaddress.ip_address(text.strip().partition("%")[0]).packed)
    except ValueError:
        return ""


def mac_of(text: str) -> str:
    """The MAC address of one device that the text is, "aa:bb:cc:dd:ee:ff"; "" where it is none."""
    parts = _PARTS.split(text.strip())
    whole = normal(":".join(part.zfill(2) for part in parts) if len(parts) == 6 else text.strip())
    return mac_text(bytes.fromhex(whole.replace(":", ""))) if whole else ""

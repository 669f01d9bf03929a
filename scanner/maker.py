"""Whether a device is one of a maker's, for protocols that only that maker's devices are asked in."""

import re

from inventory.model import Device


def made_by(device: Device, *names: str) -> bool:
    """Whether anything that the device said, or the maker of its network card, names one of these makers, as a word of its own."""
    if any(claim.value in names for claim in device.claimed("vendor")):
        return True
    card = device.mac_vendor or ""
    return any(re.search(rf"\b{re.escape(name)}\b", card, re.IGNORECASE) for name in names)

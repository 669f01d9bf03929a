"""Whether a device is one of a maker's, for protocols that only that maker's devices are asked in."""

from inventory.model import Device


def made_by(device: Device, *names: str) -> bool:
    """Whether anything that the device said, or the maker of its network card, names one of these makers."""
    card = (device.mac_vendor or "").lower()
    return any(claim.value in names for claim in device.claimed("vendor")) or any(
        name.lower() in card for name in names
    )

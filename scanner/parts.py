"""The sub-devices that a gateway speaks for, in words: "unit 1: Schneider Electric PM5110 v2.1"."""

from collections.abc import Iterator

from inventory.model import Device


def parts_in_words(device: Device) -> Iterator[str]:
    """One line for each sub-device, in order: how the protocol calls it, and what it is as far as that is known."""
    for part in device.parts:
        known = device.of_part(part)
        words = [known[name] for name in ("vendor", "model", "kind") if name in known]
        words += [_version(known["firmware"])] if "firmware" in known else []
        words += [f"serial {known['serial']}"] if "serial" in known else []
        yield f"{part}: {' '.join(words) or 'unidentified'}"


def _version(text: str) -> str:
    return f"v{text}" if text[:1].isdigit() else text

"""From where a device may be reached: what the policy says, and what holds for control equipment where it says nothing."""

from checks.policy import Policy
from checks.unauthenticated_control import PROTOCOLS
from inventory.model import Device

CONTROL_KINDS = (
    "plc",
    "rtu",
    "traffic-controller",
    "building-controller",
    "door-controller",
    "hmi",
    "gateway",
    "lighting-gateway",
    "serial-server",
    "message-sign",
    "charger",
    "pdu",
    "ups",
)
"""What moves, switches, opens or shows something to people, and what stands in front of such things and speaks for them; the worst first."""


def is_control(device: Device) -> bool:
    """Whether it is control equipment: by its kind, or by a control protocol that it speaks, whatever it says that it is."""
    return device.fact("kind") in CONTROL_KINDS or speaks_control(device)


def speaks_control(device: Device) -> bool:
    """Whether it answered in a control protocol."""
    return bool(device.speaking(*PROTOCOLS))


def forbids(policy: Policy, device: Device, vantage: str) -> str:
    """Why the device may not be reached from that vantage, "" where it may, or nothing is said of it.

    A rule that names vantages forbids all others. Where none does, control equipment may not be reached from a place where anyone may stand.
    """
    if not vantage:
        return ""
    rule = policy.rule_for(device)
    if rule is not None and rule.reach:
        return (
            "" if vantage in rule.reach else f"{rule.where('reach') or policy.name}: only from {', '.join(rule.reach)}"
        )
    place = next((place for place in policy.vantages if place.name == vantage), None)
    if place is not None and place.exposure == "open" and is_control(device):
        return f"anyone may stand at {vantage} (exposure open), and this is control equipment"
    return ""

"""At which of its endpoints a device answered those who asked it; what it was overheard to say to others is no answer, and reached nobody."""

from inventory.model import Device, Endpoint

OVERHEARD = frozenset(("arp", "cdp", "dcp", "dhcp", "dhcpv6", "lldp", "nd"))
"""What is only ever overheard, beside what says so by its name ("mdns-heard")."""


def answered(device: Device) -> tuple[Endpoint, ...]:
    """The endpoints, in order. Of what opens every port or speaks every protocol none: something else may have answered in the device's name."""
    if device.untrusted:
        return ()
    asked = {seen.endpoint for seen in device.observations if not _is_overheard(seen.protocol)}
    open_ports = (endpoint for endpoint in device.open_ports if endpoint.port)
    return tuple(sorted(endpoint for endpoint in open_ports if endpoint.transport == "tcp" or endpoint in asked))


def _is_overheard(protocol: str) -> bool:
    return protocol in OVERHEARD or protocol.endswith("-heard")

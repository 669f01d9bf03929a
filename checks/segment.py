"""Whether the scan stood on the device's own segment, as far as what was observed tells."""

from ipaddress import ip_address

from inventory.model import Device


def on_segment(device: Device) -> bool:
    """Whether the device surely answered a neighbour: its network card was seen, or it was reached at an address that no router passes on.

    The opposite is no proof: a scan without the right to send ARP, or over a link without Ethernet, sees no network card beside it either.
    """
    return device.mac is not None or any(_stays(address) for address in device.addresses)


def _stays(address: str) -> bool:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:  # a device that was only heard below IP
        return True
    return ip.is_link_local or ip.is_loopback

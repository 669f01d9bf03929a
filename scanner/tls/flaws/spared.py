"""Which devices are never tested: whatever controls something, and whatever is not surely known for a device of information technology.

A device is tested only if it is known for one of KINDS and for nothing else, if it speaks nothing but protocols of PROTOCOLS, and if no port is open where a
controller may stand. One weak sign to the contrary is enough to spare it. Both lists name what may be tested, so that whatever is new is spared.
"""

from inventory.model import Device
from scanner.questions import CONTROL_PORTS

KINDS = frozenset((
    "access-point", "camera", "firewall", "kiosk", "nas", "phone", "printer", "recorder", "router", "server", "signage-player", "switch",
))  # fmt: skip
PROTOCOLS = frozenset((
    "arp", "axis", "cdp", "dahua_http", "dhcp", "dhcpv6", "dhip", "entity", "favicon", "ftp", "greeting", "http", "ipp", "isapi", "ldap", "lldp", "mdns",
    "memcached", "mndp", "mongodb", "mqtt", "mysql", "nd", "netbios", "onvif", "postgresql", "redis", "rtsp", "sadp", "sip", "sip_tcp", "smtp", "snmp", "ssdp",
    "ssh", "telnet", "tls", "tls_flaws", "ubiquiti", "upnp", "vnc", "wsdiscovery",
))  # fmt: skip
"""What devices of KINDS speak. IPMI is not among it: management processors hold their server's power, and two of HP's hung on tests for Heartbleed."""


def spares(device: Device) -> bool:
    """Whether the device is left alone."""
    kinds = {claim.value for claim in device.claims if claim.name == "kind"}
    if not kinds or kinds - KINDS:
        return True
    if {seen.protocol for seen in device.observations} - PROTOCOLS:
        return True
    return any(endpoint.port in CONTROL_PORTS for endpoint in device.open_ports)

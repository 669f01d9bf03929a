"""Which facts a pseudonymised report keeps: those that tell a product or a protocol; none that a person could have written or that tells devices apart."""

import re

from inventory.model import Facts, FactValue

_BY_PROTOCOL = {
    "adb": "asks state",
    "axis": "architecture brand build_date firmware product_number product_type soc",
    "bacnet": "vendor_id",
    "cdp": "capabilities",
    "containers": "product version",
    "dhip": "device_class",
    "dns": "code version",
    "enip": "device_type product_code revision state vendor_id",
    "fins": "version",
    "fox": "app_version authentication version",
    "ftp": "code",
    "greeting": "protocol",
    "http": "administration auth hsts operable status",
    "ipmi": "auth_types cipher_suites version",
    "ipp": "state status",
    "isapi": "device_type firmware firmware_built",
    "knx": "manufacturer medium secured services",
    "ldap": "code mechanisms protocol_versions",
    "lldp": "capabilities",
    "memcached": "version",
    "modbus": "conformity exception revision",
    "mongodb": "version wire_version",
    "mqtt": "broker_version return_code",
    "mysql": "plugin version",
    "ntcip": "base_standards",
    "ntp": "processor refusal stratum version",
    "onvif": "firmware time_source",
    "opcua": (
        "application_type certificate_curve certificate_exponent certificate_extended_key_usage certificate_key_bits certificate_key_type"
        " certificate_key_usage certificate_signature_hash security tokens"
    ),
    "postgresql": "code",
    "rdp": "answer security",
    "redis": "answer version",
    "rtsp": "auth public status",
    "s7": "firmware_version hardware_version order_number",
    "sip": "allow auth status",
    "smb": "dialect signing",
    "smtp": "auth code",
    "snmp": "enterprise sys_object_id",
    "socks": "method",
    "ssh": "ciphers hostkey_algorithms hostkey_type kex macs",
    "telnet": "prompt",
    "tls": (
        "accepted alpn chain_hashes chain_not_after curve depth dh_bits exponent extended_key_usage groups hellos intolerant key_bits key_type key_usage"
        " not_after not_before preference settled signature_hash starttls suites ticket_lifetime versions"
    ),
    "tls_flaws": "version",
    "tls_heard": "newest",
    "ubiquiti": "protocol version",
    "upnp": "device_type",
    "vnc": "security_types version",
    "wsdiscovery": "profiles types",
    "x11": "answer release",
}
KEPT = frozenset(f"{protocol}.{name}" for protocol, names in _BY_PROTOCOL.items() for name in names.split())
_NAMING = (
    *(
        "name",
        "host",
        "location",
        "serial",
        "subject",
        "issuer",
        "sans",
        "domain",
        "workgroup",
        "contact",
        "fqdn",
        "essid",
        "asset",
        "identity",
        "station",
    ),
    *(
        "organization",
        "info",
        "plant",
        "realm",
        "usn",
        "udn",
        "uuid",
        "_id",
        "address",
        "mac",
        "title",
        "location",
        "community",
    ),
)
_LONG = 12
_TIME, _MIDNIGHT = re.compile(r"(?<=\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?"), "T00:00:00"
_ADDRESS = re.compile(r"[\d.]+|[0-9A-Fa-f:.%]*:[0-9A-Fa-f:.%\w]*")


def kept(facts: Facts) -> dict[str, FactValue]:
    """Those that may be told: what is listed here, and every yes and no. Moments are cut to their day: a certificate is known by the second that it ends in."""
    return {name: _to_the_day(value) for name, value in facts.items() if name in KEPT or isinstance(value, bool)}


def named(facts: Facts) -> list[str]:
    """The texts of the others that are worth looking for wherever else they may stand."""
    dropped = ((name, value) for name, value in facts.items() if name not in KEPT and not isinstance(value, bool))
    return [text for name, value in dropped for text in _texts(value) if _tells(name, text)]


def _to_the_day(value: FactValue) -> FactValue:
    if isinstance(value, tuple):
        return tuple(_TIME.sub(_MIDNIGHT, text) for text in value)
    return _TIME.sub(_MIDNIGHT, value) if isinstance(value, str) else value


def _texts(value: FactValue) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def _tells(name: str, text: str) -> bool:
    """Whether it is a name of something, or too much to be an everyday word."""
    if _ADDRESS.fullmatch(text):
        return False  # these are known by their looks
    if any(part in name for part in _NAMING):
        return len(text) > 1
    return len(text) >= _LONG or (" " in text.strip() and len(text) > _LONG // 2)

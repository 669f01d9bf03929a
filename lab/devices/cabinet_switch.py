"""A switch in a roadside cabinet that tells its chassis to whoever says `public`."""

from lab.fake import Expected, Fake
from lab.measures import community
from lab.services.snmp import Snmp
from lab.services.ssh import Ssh
from lab.settings import SECRET, Change, switch

_MAC = "00:16:c8:3d:a0:91"
_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
_SERIAL = "FDO1842U0K1"

_TOGETHER = ("fleet-default-account: the community public",)
# IOS knows no community until one is configured.
_COMMUNITY = community(
    "public",
    "firmware-advisory",
    "firmware-known-exploited",
    apart=_TOGETHER,
)

FAKE = Fake(
    name="cabinet_switch",
    title="Roadside switch with the community public",
    host=91,
    mac=_MAC,
    vendor="Cisco",
    model="IE-2000-8TC-G-B",
    kind="switch",
    firmware="15.2(7)E3",
    serial=_SERIAL,
    services=(
        Ssh(version="Cisco-1.25", host_key="rsa"),
        Snmp(
            enterprise=9,
            mac=_MAC,
            interface="FastEthernet1/1",
            community="public",
            descr="Cisco IOS Software, IE2000 Software (IE2000-UNIVERSALK9-M), Version 15.2(7)E3, RELEASE SOFTWARE (fc3)\r\n"
            "Technical Support: http://www.cisco.com/techsupport",
            object_id="1.3.6.1.4.1.9.1.1730",
            name="cabinet-17",
            objects=(
                (f"{_ENTITY}.5.1001", 3),
                (f"{_ENTITY}.2.1001", "IE-2000-8TC-G-B"),
                (f"{_ENTITY}.8.1001", "V02"),
                (f"{_ENTITY}.9.1001", "15.2(3r)EA1"),
                (f"{_ENTITY}.10.1001", "15.2(7)E3"),
                (f"{_ENTITY}.11.1001", _SERIAL),
                (f"{_ENTITY}.12.1001", "Cisco Systems, Inc."),
                (f"{_ENTITY}.13.1001", "IE-2000-8TC-G-B"),
                (f"{_ENTITY}.17.1001", bytes.fromhex("07de0a0e00000000")),
            ),
        ),
    ),
    together=_TOGETHER,
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-advisory", 161, "udp"),
            Expected("firmware-known-exploited", 161, "udp"),
            Expected("firmware-unknown", 0),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    quarter="outskirts",
    settings=(
        _COMMUNITY,
        switch("snmp", "SNMP", (161, "udp"), change=Change(apart=_TOGETHER)),
    ),
    told=(
        ("model", ((161, "udp"),)),
        ("kind", ((161, "udp"),)),
        ("firmware", ((161, "udp"),)),
        ("serial", ((161, "udp"),)),
    ),
    state="neglected",
    states=(
        ("shipped", (("snmp", "off"),)),
        ("kept", (("community", SECRET),)),
    ),
)

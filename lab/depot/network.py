"""Firewalls, switches, radios and telephones: the day that their system was compiled on, or what its maker declared of its life."""

from datetime import date
from functools import partial

from lab.fake import TLS, Build, Expected, Fake
from lab.services.http import Http, page
from lab.services.sip import Sip
from lab.services.snmp import Snmp
from lab.services.ssdp import Ssdp
from lab.services.ubiquiti import Ubiquiti
from lab.services.upnp import description

_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
_COMMUNITY = (Expected("snmp-default-community", 161, "udp"), Expected("cleartext-administration", 161, "udp"))
_PUBLIC = "fleet-default-account: the community public"

_WEB = Http(port=443, tls=TLS("modern"), pages=(("/", page("Status")),), keeps_alive=False)
_Router = partial(Fake, quarter="depot", kind="router")


FAKES = (
    Fake(
        name="depot_fortigate_6_0",
        title="Firewall on a branch of FortiOS that has ended",
        host=54,
        mac="90:6c:ac:3d:10:54",
        vendor="Fortinet",
        model="FortiGate-1500D",
        kind="firewall",
        firmware="6.0.7",
        quarter="depot",
        services=(
            _WEB,
            Snmp(
                enterprise=12356,
                mac="90:6c:ac:3d:10:54",
                community="public",
                descr="FortiGate-1500D v6.0.7,build0302,191112 (GA)",
                object_id="1.3.6.1.4.1.12356.101.1.15000",
                name="depot-edge",
            ),
        ),
        causes=frozenset(
            (
                *_COMMUNITY,
                Expected("firmware-unsupported", 161, "udp"),
                Expected("firmware-known-exploited", 161, "udp"),
                Expected("firmware-advisory", 161, "udp"),
            )
        ),
        together=(_PUBLIC,),
        build=Build(
            date(2019, 11, 12),
            "networktocode/ntc-templates, tests/fortinet/get_system_status",
        ),
    ),
    Fake(
        name="depot_catalyst_2960",
        title="Switch that has not been supported since 2019",
        host=55,
        mac="00:17:59:a7:10:55",
        vendor="Cisco",
        model="C2960",
        kind="switch",
        firmware="12.2(55)SE5",
        serial="FOC1010X155",
        quarter="depot",
        services=(
            _WEB,
            Snmp(
                enterprise=9,
                mac="00:17:59:a7:10:55",
                community="public",
                descr="Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE5, RELEASE SOFTWARE (fc1)\r\n"
                "Technical Support: http://www.cisco.com/techsupport\r\nCopyright (c) 1986-2012 by Cisco Systems, Inc.\r\n"
                "Compiled Thu 09-Feb-12 19:11 by prod_rel_team",
                object_id="1.3.6.1.4.1.9.1.716",
                name="depot-switch",
                objects=(
                    (f"{_ENTITY}.5.1001", 3),
                    (f"{_ENTITY}.2.1001", "WS-C2960-24TT-L"),
                    (f"{_ENTITY}.8.1001", "V02"),
                    (f"{_ENTITY}.9.1001", "12.2(53r)SEY3"),
                    (f"{_ENTITY}.10.1001", "12.2(55)SE5"),
                    (f"{_ENTITY}.11.1001", "FOC1010X155"),
                    (f"{_ENTITY}.12.1001", "Cisco Systems, Inc."),
                    (f"{_ENTITY}.13.1001", "WS-C2960-24TT-L"),
                ),
            ),
        ),
        causes=frozenset(
            (
                *_COMMUNITY,
                Expected("firmware-unsupported", 161, "udp"),
                Expected("firmware-advisory", 161, "udp"),
                Expected("firmware-known-exploited", 161, "udp"),
            )
        ),
        together=(_PUBLIC,),
        build=Build(date(2012, 2, 9), "the line 'Compiled' of the image C2960-LANBASEK9-M 12.2(55)SE5"),
    ),
    Fake(
        name="depot_junos_2018",
        title="Switch of 2018",
        host=56,
        mac="88:e0:f3:2c:10:56",
        vendor="Juniper",
        model="ex2300-c-12t",
        firmware="15.1X53-D590.1",
        quarter="depot",
        services=(
            _WEB,
            Snmp(
                enterprise=2636,
                mac="88:e0:f3:2c:10:56",
                community="public",
                descr="Juniper Networks, Inc. ex2300-c-12t Ethernet Switch, kernel JUNOS 15.1X53-D590.1, "
                "Build date: 2018-11-14 20:31:32 UTC Copyright (c) 1996-2018 Juniper Networks, Inc.",
                object_id="1.3.6.1.4.1.2636.1.1.1.4.132.3",
                name="depot-junos",
            ),
        ),
        causes=frozenset(
            (
                *_COMMUNITY,
                Expected("firmware-old", 161, "udp"),
                Expected("firmware-advisory", 161, "udp"),
            )
        ),
        together=(_PUBLIC,),
        build=Build(date(2018, 11, 14), "rapid7/recog, xml/snmp_sysdescr.xml"),
    ),
    Fake(
        name="depot_airos_2015",
        title="Radio of 2015, older than its neighbour",
        host=57,
        mac="44:d9:e7:6b:10:57",
        vendor="Ubiquiti",
        model="NanoStation M5",
        kind="radio",
        firmware="v5.6.3",
        quarter="depot",
        services=(
            _WEB,
            Ubiquiti(
                mac="44:d9:e7:6b:10:57",
                firmware="XM.ar7240.v5.6.3.28591.151130.1749",
                hostname="depot-mast",
                product="N5N",
                model="NanoStation M5",
            ),
        ),
        causes=frozenset((Expected("firmware-old", 10001, "udp"),)),
        older_than="depot_airos_2016",
        build=Build(date(2015, 11, 30), "a public test of Shadowserver's report on open Ubiquiti discovery"),
    ),
    Fake(
        name="depot_airos_2016",
        title="Radio of 2016",
        host=58,
        mac="44:d9:e7:6b:10:58",
        vendor="Ubiquiti",
        model="NanoStation M5",
        kind="radio",
        firmware="v5.6.5",
        quarter="depot",
        services=(
            _WEB,
            Ubiquiti(
                mac="44:d9:e7:6b:10:58",
                firmware="XM.ar7240.v5.6.5.29033.160515.2119",
                hostname="depot-gate",
                product="N5N",
                model="NanoStation M5",
            ),
        ),
        causes=frozenset((Expected("firmware-old", 10001, "udp"),)),
        build=Build(date(2016, 5, 15), "hrbrmstr/udpprobe, README"),
    ),
    _Router(
        name="depot_fritzbox_2012",
        title="Router of 2012 that names its build to callers",
        host=59,
        mac="00:24:fe:2a:10:59",
        vendor="AVM",
        model="FRITZ!Box 7312",
        firmware="117.05.23",
        services=(
            _WEB,
            Sip("AVM FRITZ!Box 7312 117.05.23 TAL (Jun  1 2012)"),
        ),
        causes=frozenset((Expected("firmware-old", 5060, "udp"),)),
        build=Build(date(2012, 6, 1), "rapid7/recog, xml/sip_user_agents.xml"),
    ),
    Fake(
        name="depot_spa504g",
        title="Desk telephone that has not been supported since 2025",
        host=74,
        mac="00:26:99:1b:10:74",
        vendor="Cisco",
        model="SPA504G",
        kind="phone",
        firmware="7.6.2",
        quarter="depot",
        services=(
            _WEB,
            Sip("Cisco/SPA504G-7.6.2"),
        ),
        causes=frozenset(
            (
                Expected("firmware-unsupported", 5060, "udp"),
                Expected("firmware-unknown", 0),
                Expected("firmware-known-exploited", 5060, "udp"),
            )
        ),
        build=Build(None, "Cisco's release notes are not in any table at hand"),
    ),
    _Router(
        name="depot_dir_645",
        title="Router that D-Link gave up",
        host=77,
        mac="1c:af:f7:4d:10:77",
        vendor="D-Link",
        model="DIR-645",
        kind=None,
        services=(
            Ssdp(udn="uuid:28802880-2880-1880-a880-1caff74d1077", location="http://{address}:49152/rootDesc.xml"),
            description(
                49152,
                "/rootDesc.xml",
                "uuid:28802880-2880-1880-a880-1caff74d1077",
                friendlyName="D-Link DIR-645",
                manufacturer="D-Link Corporation",
                modelName="DIR-645",
            ),
        ),
        causes=frozenset(
            (
                Expected("firmware-unsupported", 49152),
                Expected("firmware-unknown", 0),
                Expected("firmware-known-exploited", 49152),
                Expected("firmware-advisory", 49152),
            )
        ),
        build=Build(None, "it states no version"),
    ),
)

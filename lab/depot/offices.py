"""Printers and power supplies: what they state of their firmware by SNMP."""

from datetime import date
from functools import partial

from lab.fake import TLS, Build, Expected, Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp

_RECOG_SNMP = "rapid7/recog, xml/snmp_sysdescr.xml"
_NOBODY = "its maker's release notes are not in any table at hand"
_COMMUNITY = (Expected("snmp-default-community", 161, "udp"), Expected("cleartext-administration", 161, "udp"))
_PUBLIC = ("fleet-default-account: the community public",)

_WEB = Http(port=443, tls=TLS("modern"), pages=(("/", page("Status")),), keeps_alive=False)
_Device = partial(Fake, quarter="depot")


def _agent(enterprise: int, mac: str, descr: str, object_id: str) -> Snmp:
    return Snmp(enterprise=enterprise, mac=mac, community="public", descr=descr, object_id=object_id)


FAKES = (
    _Device(
        name="depot_jetdirect_2004",
        title="Print server of 2004",
        host=99,
        mac="00:11:0a:4f:10:99",
        vendor="HP",
        kind="printer",
        firmware="D.27.02",
        services=(
            _WEB,
            _agent(
                11,
                "00:11:0a:4f:10:99",
                "HP ETHERNET MULTI-ENVIRONMENT,ROM B.25.01,JETDIRECT,JD118,EEPROM D.27.02,CIDATE 03/23/2004",
                "1.3.6.1.4.1.11.2.3.9.1",
            ),
        ),
        together=_PUBLIC,
        causes=frozenset((*_COMMUNITY, Expected("firmware-old", 161, "udp"))),
        build=Build(date(2004, 3, 23), _RECOG_SNMP),
    ),
    _Device(
        name="depot_brother_2009",
        title="Printer of 2009",
        host=114,
        mac="00:1b:a9:3e:11:14",
        vendor="Brother",
        kind="printer",
        firmware="1.04",
        services=(
            _WEB,
            _agent(
                2435,
                "00:1b:a9:3e:11:14",
                "Brother NC-6800h, Firmware Ver.1.04  (09.05.08),MID 8C5-D61,FID 2",
                "1.3.6.1.4.1.2435.2.3.9.1",
            ),
        ),
        together=_PUBLIC,
        causes=frozenset((*_COMMUNITY, Expected("firmware-old", 161, "udp"))),
        build=Build(date(2009, 5, 8), _RECOG_SNMP),
    ),
    _Device(
        name="depot_samsung_2013",
        title="Printer of 2013 under another name",
        host=115,
        mac="00:00:aa:5c:11:15",
        vendor="Xerox",
        model="Phaser 3300MFP",
        kind="printer",
        services=(
            _WEB,
            _agent(
                253,
                "00:00:aa:5c:11:15",
                "Xerox Phaser 3300MFP; OS 1.50.00.17   05-07-2013, Engine 1.05.44, NIC V4.03.01(P3300MFP), PCL5e 6.08.01 11-10-2009, "
                "PCL6 5.98  09-23-2009",
                "1.3.6.1.4.1.253.8.62.1.24.2.1.1",
            ),
        ),
        together=_PUBLIC,
        causes=frozenset((*_COMMUNITY, Expected("firmware-old", 161, "udp"))),
        build=Build(date(2013, 5, 7), _RECOG_SNMP),
    ),
    _Device(
        name="depot_apc_6_4_0",
        title="Power supply that states when its hardware was made",
        host=117,
        mac="00:c0:b7:9e:11:17",
        vendor="APC",
        model="AP9630",
        kind="ups",
        firmware="v6.4.0",
        serial="ZA1433011117",
        services=(
            _WEB,
            _agent(
                318,
                "00:c0:b7:9e:11:17",
                "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.4.0 PN:apc_hw05_aos_640.bin AF1:v6.4.0 AN1:apc_hw05_sumx_640.bin "
                "MN:AP9630 HR:08 SN: ZA1433011117 MD:08/12/2014)",
                "1.3.6.1.4.1.318.1.3.27",
            ),
        ),
        causes=frozenset((*_COMMUNITY, Expected("firmware-unknown", 0))),
        build=Build(None, f"{_NOBODY}; the hardware was made on 2014-08-12"),
    ),
)

"""Plant and doors: serial servers, which greet with the day on which they were built, and controllers, most of which do not."""

from datetime import date
from functools import partial

from lab.account import Account
from lab.fake import TLS, Build, Expected, Fake
from lab.services import opcua_session
from lab.services.addp import Addp
from lab.services.bacnet import Bacnet
from lab.services.enip import Enip, Identity
from lab.services.http import Http, page
from lab.services.modbus import Modbus
from lab.services.opcua import OpcUa
from lab.services.s7 import S7
from lab.services.snmp import Snmp
from lab.services.telnet import Telnet
from lab.services.vertx import VertxDiscovery

_GLOBAL = "1.3.6.1.4.1.1206.4.2.6.1"
_MODULE = f"{_GLOBAL}.3.1"
_RECOG_TELNET, _RECOG_SNMP = "rapid7/recog, xml/telnet_banners.xml", "rapid7/recog, xml/snmp_sysdescr.xml"
_NOBODY = "its maker's release notes are not in any table at hand"
_SHELL = Expected("cleartext-administration", 23)
_COMMUNITY = (Expected("snmp-default-community", 161, "udp"), Expected("cleartext-administration", 161, "udp"))
_PUBLIC = ("fleet-default-account: the community public",)
_OPTIONS = bytes.fromhex("fffb01 fffb03 fffb00 fffd01 fffd00")

_Device = partial(Fake, quarter="depot")


def _web(title: str) -> Http:
    return Http(port=443, tls=TLS("modern"), pages=(("/", page(title)),), keeps_alive=False)


_WEB = _web("Status")


def _moxa(model: str, mac: str, serial: str, firmware: str) -> Telnet:
    greeting = (
        f"\r\nModel name       : {model}\r\nMAC address      : {mac.upper()}\r\n"
        f"Serial No.       : {serial}\r\nFirmware version : {firmware}\r\n\r\n"
    )
    return Telnet(options=_OPTIONS, banner=greeting, account=Account("admin"))


FAKES = (
    _Device(
        name="depot_nport_2017",
        title="Serial server of 2017",
        host=78,
        mac="00:90:e8:31:10:78",
        vendor="Moxa",
        model="NPort IA-5250",
        kind="serial-server",
        firmware="1.6 Build 17060616",
        serial="281",
        services=(_moxa("NPort IA-5250", "00:90:e8:31:10:78", "281", "1.6 Build 17060616"),),
        causes=frozenset((_SHELL, Expected("firmware-old", 23))),
        build=Build(date(2017, 6, 6), _RECOG_TELNET),
    ),
    _Device(
        name="depot_mgate_2009",
        title="Modbus gateway of 2009",
        host=79,
        mac="00:90:e8:31:10:79",
        vendor="Moxa",
        model="MGate MB3180",
        kind="serial-server",
        firmware="1.2 Build 09101913",
        serial="9474",
        services=(_moxa("MGate MB3180", "00:90:e8:31:10:79", "9474", "1.2 Build 09101913"),),
        causes=frozenset(
            (
                _SHELL,
                Expected("firmware-old", 23),
                Expected("firmware-advisory", 23),
            )
        ),
        build=Build(date(2009, 10, 19), _RECOG_TELNET),
    ),
    _Device(
        name="depot_uds1100_2006",
        title="Serial server of 2006",
        host=95,
        mac="00:80:a3:8c:10:95",
        vendor="Lantronix",
        model="UDS1100",
        kind="serial-server",
        firmware="6.1.0.3",
        services=(
            Telnet(
                port=9999,
                options=b"",
                banner="*** Lantronix UDS1100 Device Server ***\r\nMAC address 0080A38C1095\r\nSoftware version V6.1.0.3 (060811)\r\n\r\n",
                inside="",
                prompt="Press Enter for Setup Mode ",
            ),
        ),
        causes=frozenset((Expected("firmware-old", 9999), Expected("management-channel", 9999))),
        build=Build(date(2006, 8, 11), _RECOG_SNMP),
    ),
    _Device(
        name="depot_digi_2009",
        title="Serial server of 2009",
        host=96,
        mac="00:40:9d:5e:10:96",
        vendor="Digi",
        model="Digi Connect ES",
        kind="serial-server",
        firmware="82002147_A",
        services=(
            _web("Digi Connect ES Configuration and Management"),
            Addp(mac="00:40:9d:5e:10:96", name="Digi Connect ES", firmware="Version 82002147_A 02/09/2009"),
        ),
        causes=frozenset((Expected("firmware-old", 2362, "udp"),)),
        build=Build(date(2009, 2, 9), _RECOG_SNMP),
    ),
    _Device(
        name="depot_vertx_2017",
        title="Door controller of 2017",
        host=97,
        mac="00:06:8e:41:10:97",
        vendor="HID",
        model="VertX V2000",
        kind="door-controller",
        firmware="3.6.3.101",
        services=(
            _web("HID VertX Controller"),
            VertxDiscovery(
                mac="00:06:8e:41:10:97", name="depot-door", model="V2-V2000", version="3.6.3.101", built="07/27/2017"
            ),
        ),
        causes=frozenset((Expected("firmware-old", 4070, "udp"), Expected("management-channel", 4070, "udp"))),
        build=Build(date(2017, 7, 27), "a VertX EVO V2000's answer to its discovery (ZDI-16-223 describes the fields)"),
    ),
    _Device(
        name="depot_rugged_2011",
        title="Rugged switch of 2011",
        host=98,
        mac="00:0a:dc:1f:10:98",
        vendor="Siemens",
        model="RUGGEDCOM ROS",
        kind="switch",
        firmware="3.10.0",
        services=(
            Telnet(
                banner="\r\n\x1b[H\x1b[2JRugged Operating System v3.10.0 (Oct 06 2011 13:30)\r\nCopyright (c) RuggedCom, 2011\r\n",
                user_prompt="Enter User Name:",
                account=Account("admin"),
            ),
        ),
        causes=frozenset(
            (
                _SHELL,
                Expected("firmware-old", 23),
                Expected("firmware-advisory", 23),
            )
        ),
        build=Build(date(2011, 10, 6), "Greenbone's (OpenVAS) detection of Siemens RUGGEDCOM by telnet"),
    ),
    _Device(
        name="depot_ntcip_2014",
        title="Traffic signal controller whose module's version is its day",
        host=116,
        mac="58:fc:db:b1:11:16",
        vendor="SWARCO",
        model="ITC-3",
        kind="traffic-controller",
        firmware="v4.11",
        services=(
            _WEB,
            Snmp(
                enterprise=1206,
                mac="58:fc:db:b1:11:16",
                community="public",
                versions=(0, 1),
                descr="Traffic Controller",
                object_id="1.3.6.1.4.1.1206.4.2.1",
                name="depot-junction",
                objects=(
                    (f"{_GLOBAL}.1.0", 41977),
                    (f"{_GLOBAL}.2.0", 1),
                    (f"{_GLOBAL}.4.0", "NTCIP 1202v02.19"),
                    (f"{_MODULE}.1.1", 1),
                    (f"{_MODULE}.3.1", "SWARCO Traffic Systems GmbH"),
                    (f"{_MODULE}.4.1", "ITC-3"),
                    (f"{_MODULE}.5.1", "20140318 - v4.11"),
                    (f"{_MODULE}.6.1", 3),
                ),
                identifiers=((f"{_MODULE}.2.1", "1.3.6.1.4.1.1206.4.2.1"),),
            ),
        ),
        together=_PUBLIC,
        causes=frozenset((*_COMMUNITY, Expected("firmware-old", 161, "udp"))),
        build=Build(
            date(2014, 3, 18), "NTCIP 1201, moduleVersion: 'YYYYMMDD - v…' is by standard the day of the release"
        ),
    ),
    _Device(
        name="depot_s7_300",
        title="Programmable controller that is sold no more",
        host=118,
        mac="00:1b:1b:4d:11:18",
        vendor="Siemens",
        model="CPU 315-2 PN/DP",
        kind="plc",
        firmware="V3.2.14",
        serial="S C-C2UR28911018",
        services=(
            S7(
                order_number="6ES7 315-2EH14-0AB0",
                hardware=5,
                firmware="V3.2.14",
                texts=((1, "Depot"), (2, "CPU 315-2 PN/DP"), (5, "S C-C2UR28911018"), (7, "CPU 315-2 PN/DP")),
            ),
        ),
        causes=frozenset(
            (
                Expected("unauthenticated-control", 102),
                Expected("firmware-unsupported", 102),
                Expected("firmware-unknown", 0),
                Expected("firmware-advisory", 102),
            )
        ),
        build=Build(None, _NOBODY),
    ),
    _Device(
        name="depot_m340",
        title="Programmable controller that states a version that nobody dated",
        host=119,
        mac="00:80:f4:0c:11:19",
        vendor="Schneider Electric",
        model="BMX P34 2020",
        kind="plc",
        firmware="v2.60",
        services=(Modbus(vendor="Schneider Electric", product_code="BMX P34 2020", revision="v2.60"),),
        causes=frozenset(
            (
                Expected("unauthenticated-control", 502),
                Expected("firmware-unknown", 0),
                Expected("firmware-advisory", 502),
            )
        ),
        build=Build(None, _NOBODY),
    ),
    _Device(
        name="depot_compactlogix",
        title="Programmable controller that states its revision",
        host=136,
        mac="00:1d:9c:c8:11:36",
        vendor="Rockwell Automation",
        model="1769-L33ER/A LOGIX5333ER",
        kind="plc",
        firmware="20.011",
        serial="00C01136",
        services=(
            _WEB,
            Enip(Identity(1, 14, 107, "20.011", "00C01136", "1769-L33ER/A LOGIX5333ER")),
        ),
        causes=frozenset(
            (
                Expected("unauthenticated-control", 44818, "udp"),
                Expected("firmware-unknown", 0),
                Expected("firmware-advisory", 44818, "udp"),
            )
        ),
        build=Build(None, _NOBODY),
    ),
    _Device(
        name="depot_eclypse",
        title="Room controller that states a version that nobody dated",
        host=137,
        mac="00:04:a3:d1:11:37",
        vendor="Distech Controls",
        model="ECY-S1000",
        kind="building-controller",
        firmware="1.16.19324.1",
        serial="10CL001137",
        services=(
            _WEB,
            Bacnet(
                instance=364137,
                vendor_id=364,
                vendor="Distech Controls, Inc.",
                model="ECY-S1000 Rev 1.0A",
                firmware="1.16.19324.1",
                application="1.16.19324.1",
                name="Depot",
                serial="10CL001137",
            ),
        ),
        causes=frozenset((Expected("unauthenticated-control", 47808, "udp"), Expected("firmware-unknown", 0))),
        build=Build(None, _NOBODY),
    ),
    _Device(
        name="depot_s7_1500",
        title="Controller with OPC UA, whose certificate says nothing of its firmware",
        host=138,
        mac="00:0e:8c:d4:11:38",
        vendor="Siemens",
        model="SIMATIC S7-1500",
        kind="plc",
        services=(
            OpcUa(
                application="SIMATIC.S7-1500.OPC-UA.Application:PLC_138",
                uri="urn:SIMATIC.S7-1500.OPC-UA.Application:PLC_138",
                product_uri="https://www.siemens.com/s7-1500",
                security=(("Basic256Sha256", "SignAndEncrypt"),),
                tokens=("UserName",),
                subject="CN=PLC-138/OPCUA-1-138",
            ),
        ),
        causes=frozenset(
            (
                Expected("firmware-unknown", 0),
                Expected("firmware-advisory", 4840),
            )
        ),
        build=Build(None, "it states no version"),
    ),
    _Device(
        name="depot_opc_plc",
        title="Soft PLC whose open OPC UA server states the day of its build",
        host=154,
        mac="00:15:5d:4a:11:54",
        services=(
            OpcUa(
                application="OpcPlc-154",
                uri="urn:OpcPlc:depot-154",
                product_uri="https://github.com/azure-samples/iot-edge-opc-plc",
                subject="CN=OpcPlc-154",
                build=opcua_session.Build(
                    product_uri="https://github.com/azure-samples/iot-edge-opc-plc",
                    manufacturer="Microsoft",
                    product="IoT Edge OPC UA PLC",
                    version="2.9.8",
                    number="2.9.8",
                    days=(date(2023, 7, 6) - date(2020, 1, 1)).days,
                ),
            ),
        ),
        causes=frozenset((Expected("unauthenticated-control", 4840),)),
        build=Build(
            date(2023, 7, 6), "mondoohq/mql, pull request 1552: BuildInfo of Microsoft's IoT Edge OPC UA PLC 2.9.8"
        ),
    ),
)

"""Every service notices what would change, drive or read out a real device: the act in literal bytes, and the harm that it is noted as."""

import asyncio
import pkgutil
from typing import Any, cast

import pytest

import lab.services
from lab.account import Account
from lab.fake import Datagram, Log, Manners, Service, Visit
from lab.services import isapi, onvif
from lab.services.adb import Adb
from lab.services.addp import Addp
from lab.services.axis import BasicDeviceInfo, SystemReady
from lab.services.bacnet import Bacnet
from lab.services.coap import Coap
from lab.services.dahua_http import MagicBox
from lab.services.dhip import Dhip
from lab.services.dnp3 import Dnp3, crc
from lab.services.enip import Enip, EnipTcp, Identity
from lab.services.fins import Fins
from lab.services.fox import Fox
from lab.services.ftp import Ftp
from lab.services.guarded import Guarded
from lab.services.http import Application, Http, page
from lab.services.iec104 import Iec104
from lab.services.igd import PortMapping
from lab.services.ipmi import Ipmi
from lab.services.ipp import Ipp
from lab.services.knx import Knx
from lab.services.lantronix import Lantronix
from lab.services.mdns import Mdns
from lab.services.memcached import Memcached
from lab.services.modbus import Modbus
from lab.services.mongodb import MongoDb
from lab.services.moxa import MoxaSearch
from lab.services.mqtt import Mqtt
from lab.services.mysql import MySql
from lab.services.netbios import Netbios
from lab.services.ntp import Ntp
from lab.services.opcua import OpcUa
from lab.services.openocd import OpenOcd
from lab.services.postgresql import PostgreSql
from lab.services.printing import Printing
from lab.services.rdp import Rdp
from lab.services.redis import Redis
from lab.services.resolver import Resolver
from lab.services.rtsp import Rtsp
from lab.services.s7 import S7
from lab.services.sadp import Sadp
from lab.services.sip import Sip, SipStream
from lab.services.smb import Smb
from lab.services.snmp import Snmp
from lab.services.socks import Socks
from lab.services.ssdp import Ssdp
from lab.services.telnet import Telnet
from lab.services.ubiquiti import Ubiquiti
from lab.services.vertx import VertxDiscovery
from lab.services.vnc import Vnc
from lab.services.wsdiscovery import WsDiscovery
from lab.services.x11 import X11

MAC = "02:00:00:00:00:01"
PLC = Modbus(vendor="Acme", product_code="P1", revision="1.0")
AGENT = Snmp(enterprise=8072, mac=MAC, community="public", versions=(0, 1, 3))
CAMERA = Rtsp()
BROKER = Mqtt()
FILES = Ftp(account=Account("ftp", "ftp"))
STATION = Bacnet(instance=1234, vendor_id=5, vendor="JCI", model="NAE")
CIP = Identity(1, 14, 54, "20.11", "00c0ffee", "1756-L61")
CONTROLLER = S7("6ES7 315-2EH14-0AB0", 5, "V3.2.7", ())
CLOCK = Ntp(version="ntpd 4.2.6p5")


def web(application: Application | None = None, path: str = "/x") -> Http:
    """A web server with an application at a path, or with a page to set something on."""
    return Http(
        pages=(("/", page("Gate 1")), ("/setup", page("Setup"))),
        applications=((path, application),) if application else (),
    )


def http(
    method: str, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded", more: str = ""
) -> bytes:
    return (
        f"{method} {path} HTTP/1.0\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body
    )


def soap(operation: str) -> bytes:
    """SOAP 1.2 part 1, section 5; the operation is the body's first element."""
    text = f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><tds:{operation} xmlns:tds="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    return http("POST", onvif.PATH, text.encode(), "application/soap+xml")


def modbus(pdu: str) -> bytes:
    """MODBUS Messaging on TCP/IP V1.0b, section 3.1.3: transaction 1, protocol 0, length, unit 255."""
    body = bytes.fromhex(pdu)
    return b"\0\1\0\0" + (len(body) + 1).to_bytes(2, "big") + b"\xff" + body


def dnp3(control: int, application: bytes = b"") -> bytes:
    """IEEE 1815, section 9.2: a header to station 1 from 1024, and one block of user data."""
    header = bytes((0x05, 0x64, 5 + len(application), control, 1, 0, 0, 4))
    return header + crc(header) + (application + crc(application) if application else b"")


# MQTT 3.1.1, section 3.1: a CONNECT of the client "x" with the connect flags at %c; with a will its topic "t" and message "m" follow.
CONNECT, WITH_WILL = b"\x10\x0d\0\4MQTT\4%c\0\x3c\0\1x", b"\x10\x13\0\4MQTT\4%c\0\x3c\0\1x\0\1t\0\1m"
CLEAN = CONNECT % 2
LOGIN = b"USER ftp\r\nPASS ftp\r\n"
# RFC 1157, section 4.1.5: SetRequest of sysContact.0 to "x"; RFC 3416, section 4.2.3: GetBulkRequest of the whole of mib-2, 0 and 50.
SNMP_SET = bytes.fromhex("302a02010104067075626c6963a31d0201010201000201003012301006082b06010201010400040478787878")
SNMP_BULK = bytes.fromhex("302602010104067075626c6963a519020101020100020132300e300c06082b060102010101000500")
# ISO 8073 connection to TSAP 1.2, S7 setup, then job 5 (write variable) to DB1.DBX0.0, as the s7comm dissector of Wireshark names its fields.
S7_CONNECT = bytes.fromhex("0300001611e00000000100c0010ac1020100c2020102")
S7_SETUP = bytes.fromhex("0300001902f08032010000040000080000f0000001000101e0")
S7_WRITE = bytes.fromhex("0300002402f080320100000500000e00050501120a100200010001840000000004000801")
# MySQL internals, HandshakeResponse41 of the user "root" without a password, then COM_QUERY "DROP TABLE t".
MYSQL_LOGIN = bytes.fromhex("2600000105a2000000000001210000000000000000000000000000000000000000000000") + b"root\0\0"
MYSQL_QUERY = b"\x0d\0\0\0\x03DROP TABLE t"
# PostgreSQL manual, "Message Formats": StartupMessage of the user postgres, then Query.
POSTGRES = b"\0\0\0\x17\0\3\0\0user\0postgres\0\0", b"Q\0\0\0\x11DROP TABLE t\0"
# MongoDB manual: OP_MSG with {insert: 1.0}, cut after the command's name.
MONGO = bytes.fromhex("2a000000 02000000 00000000 dd070000 00000000 00 15000000 01") + b"insert\0" + bytes(8) + b"\0"
DNS_UPDATE = bytes.fromhex("0001 2800 0001 0000 0000 0000") + b"\4city\3lab\0\0\6\0\1"
# RFC 8010: Print-Job.
PRINT_JOB = bytes.fromhex("0101 0002 00000001 01") + bytes.fromhex("470012") + b"attributes-charset\0\x05utf-8\x03"
DHIP_SET = b'{"method":"DHDiscover.setConfig","params":{}}'
CNXN = bytes.fromhex("434e584e 01000001 00000010 00000000 00000000 bcb1a7b1")
SMB_NEGOTIATE = (
    bytes.fromhex("0000002f ff534d42 72 00000000 18 0128 0000 0000000000000000 0000 0000 fffe 0000 0000 00 0c00 02")
    + b"NT LM 0.12\0"
)
IPP_POST = http("POST", "/ipp/print", PRINT_JOB, "application/ipp").replace(b"Content-Type", b"content-type")

ACTS: tuple[tuple[Service, tuple[bytes, ...], str], ...] = (
    (Adb(), (CNXN, bytes.fromhex("4f50454e 01000000 00000000 00000000 00000000 b0afbab1")), "OPEN was sent"),
    (Addp(mac=MAC, name="x", firmware="1"), (b"DIGI\x00\x07\x00\x06" + b"\xff" * 6,), "ADDP request"),  # reboot
    (
        web(BasicDeviceInfo("x", "x", "x", "1", "1", "x")),
        (http("POST", "/x", b'{"method":"setProperties"}', "application/json"),),
        "'setProperties'",
    ),
    (web(SystemReady()), (http("POST", "/x", b'{"method":"restart"}', "application/json"),), "'restart'"),
    (
        STATION,
        (bytes.fromhex("810a001801040005010f0c020004d219553e44000000003f"),),
        "no reading",
    ),  # WriteProperty
    (STATION, (bytes.fromhex("810a000c0104000501140900"),), "no reading"),  # ReinitializeDevice
    (STATION, (bytes.fromhex("810b000c0120ffff00ff1008"),), "no unicast"),
    (Coap("</1>"), (bytes.fromhex("40030001b1330130ff31"),), "CoAP method 3"),
    (Coap("</1>"), (bytes.fromhex("40020001b1330130"),), "CoAP method 2"),
    (Coap("</1>"), (bytes.fromhex("40040001b1330130"),), "CoAP method 4"),
    (web(MagicBox(), "/x"), (http("GET", "/x?action=reboot"),), "action=reboot"),
    (
        Dhip("x", "IPC", "1", "1", MAC),
        (bytes.fromhex("2000000044484950") + bytes(8) + (len(DHIP_SET).to_bytes(8, "little")) * 2 + DHIP_SET,),
        "setConfig",
    ),
    (Dnp3(), (dnp3(0xC4, bytes.fromhex("c0c10501")),), "DNP3 link function 4"),  # DIRECT_OPERATE in user data
    (Dnp3(), (dnp3(0xC0),), "DNP3 link function 0"),  # reset of the link
    (
        Enip(CIP),
        (bytes.fromhex("65000400000000000000000000000000000000000000000001000000"),),
        "no EtherNet/IP request",
    ),
    (EnipTcp(CIP), (bytes.fromhex("65000400" + "00" * 20),), "EtherNet/IP command 0x0065"),
    (
        Fins("CJ2M", "2.1"),
        (bytes.fromhex("800002000a00000b000101028200000000010001"),),
        "FINS command 0102",
    ),
    (
        Fins("CJ2M", "2.1"),
        (bytes.fromhex("800002000a00000b00010402ffff"),),
        "FINS command 0402",
    ),  # STOP
    (Fox("Qnx", "Hall"), (b"fox a 1 -1 fox login\n{\n};;\n",), "no hello"),
    *(
        (FILES, (LOGIN + verb + b" x\r\nQUIT\r\n",), f"an FTP {verb.decode()}")
        for verb in (b"STOR", b"DELE", b"RNTO", b"LIST", b"RETR", b"SITE", b"PORT")
    ),
    (Guarded(8000, "the maker's protocol"), (b"\0",), "which is not spoken"),
    *((web(), (http(verb, "/setup"),), f"an HTTP {verb}") for verb in ("PUT", "DELETE", "PATCH", "SUBSCRIBE")),
    (web(), (http("POST", "/setup", b"telnet=on"),), "an HTTP POST to /setup"),
    (Iec104(), (bytes.fromhex("680407000000"),), "STARTDT"),
    (
        Iec104(),
        (bytes.fromhex("680e000000002d01060001000a000081"),),
        "an ASDU of type 45",
    ),  # single command
    (
        web(PortMapping()),
        (http("POST", "/x", b"", "text/xml", 'SOAPAction: "x#AddPortMapping"\r\n'),),
        "AddPortMapping",
    ),
    (
        Ipmi(),
        (bytes.fromhex("0600ff0700000000000000000018 2018c8 81003902 00000000000000000000000000000000 44"),),
        "IPMI command 0x39",
    ),
    (Ipp(), (IPP_POST,), "IPP operation 0x0002"),
    (web(isapi.DeviceInfo(), isapi.PATH), (http("PUT", isapi.PATH),), "an ISAPI PUT"),
    (
        Knx("00c501023184", MAC, "x"),
        (bytes.fromhex("06100205001a0801000000000000080100000000000004040200"),),
        "service 0x0205",
    ),
    (Lantronix(MAC), (b"\0\0\0\xfa" + bytes(4),), "the configuration port"),
    (Mdns("nas", ()), (bytes.fromhex("000028000001000000000000") + b"\5local\0\0\6\0\1",), "a DNS update"),
    *(
        (Memcached(), (line + b"\r\n",), "the memcached command")
        for line in (b"set a 0 0 1", b"flush_all", b"get a", b"stats items")
    ),
    *(
        (PLC, (modbus(pdu),), f"Modbus function {int(pdu[:2], 16)}")
        for pdu in (
            "050000ff00",
            "0600010003",
            "0f000000010101",
            "1000000001020003",
            "030000000a",
            "5a0010",
        )
    ),
    (MongoDb(), (MONGO,), "'insert'"),
    (MoxaSearch(MAC), (bytes.fromhex("10000014") + bytes(16),), "Moxa request 10000014"),
    (BROKER, (CLEAN, b"\x30\x05\0\2t/x"), "an MQTT PUBLISH"),
    (BROKER, (CLEAN, b"\x82\x06\0\1\0\1#\0"), "an MQTT subscription to '#'"),
    (BROKER, (WITH_WILL % 6,), "with a will"),
    (BROKER, (CONNECT % 0,), "whose session the broker keeps"),
    (MySql(account=Account("root", "")), (MYSQL_LOGIN, MYSQL_QUERY), "the MySQL command 3"),
    (
        Netbios("X", MAC),
        (
            bytes.fromhex("0007 2900 0001 0000 0000 0001")
            + b"\x20CK"
            + b"A" * 30
            + bytes.fromhex("0000200001 c00c 0020 0001 000493e0 0006 0000 0a4d0001"),
        ),
        "NetBIOS operation 5",
    ),
    (CLOCK, (bytes.fromhex("160300010000000000000000"),), "the NTP control message 3"),  # write variables
    (CLOCK, (bytes.fromhex("1700032a0000000000000000"),), "mode 7"),
    (CLOCK, (bytes.fromhex("21") + bytes(47),), "of a peer, which would set its clock"),
    (CLOCK, (bytes.fromhex("25") + bytes(47),), "of a broadcasting server"),
    (
        web(onvif.Onvif("x", "y"), onvif.PATH),
        (soap("SetSystemFactoryDefault"),),
        "the ONVIF operation SetSystemFactoryDefault",
    ),
    (
        OpcUa("x", "urn:x", "urn:y"),
        (b"OPNF" + (48).to_bytes(4, "little") + bytes(40),),
        "an OPC UA channel was left open",
    ),
    (OpenOcd(), (b"reset halt\r\n",), "a debugger's console"),
    (PostgreSql(account=Account("postgres"), method="trust"), POSTGRES, "a PostgreSQL message of type 'Q'"),
    (Printing(), (b"Nightly test page\n",), "page 1 was printed: b'Nightly test page\\n'"),
    (Printing(), (), "a connection to port 9100, which prints whatever comes"),
    (Rdp(), (bytes.fromhex("030000130ee000000000000100080001000000"), b"\x16\x03\x01"), "a remote desktop's session"),
    *(
        (Redis(), (line + b"\r\n",), "the Redis command")
        for line in (b"SET a 1", b"CONFIG SET dir /", b"KEYS *", b"FLUSHALL")
    ),
    (Resolver(), (DNS_UPDATE,), "a DNS message of operation 5"),
    (Resolver(), (bytes.fromhex("000101000001000000000000") + b"\4city\3lab\0\0\xfc\0\1",), "of type 252"),  # AXFR
    *(
        (CAMERA, (f"{verb} rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode(),), f"an RTSP {verb}")
        for verb in ("SETUP", "PLAY", "RECORD", "TEARDOWN")
    ),
    (CONTROLLER, (S7_CONNECT, S7_SETUP, S7_WRITE), "an S7 job"),
    (CONTROLLER, (S7_CONNECT, S7_SETUP), "not disconnected"),
    (Sadp("x", "1", "V5", MAC), (b'<?xml version="1.0"?><Probe><Types>update</Types></Probe>',), "a SADP update"),
    (Sip("x"), (b"REGISTER sip:x SIP/2.0\r\nContact: <sip:me@x>\r\n\r\n",), "a SIP REGISTER with a Contact"),
    (SipStream("x"), (b"INVITE sip:x SIP/2.0\r\n\r\n",), "a SIP INVITE"),
    (
        Smb("KIOSK", version_1=True),
        (SMB_NEGOTIATE, SMB_NEGOTIATE.replace(b"\xffSMB\x72", b"\xffSMB\x73")),
        "a message followed",
    ),
    (AGENT, (SNMP_SET,), "an SNMP SET"),
    (AGENT, (SNMP_BULK,), "an SNMP GETBULK"),
    (Socks(), (bytes.fromhex("050100050100010a4d00010050"),), "a request over SOCKS 5"),
    (
        Ssdp("uuid:1", "http://{address}/"),
        (b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:byebye\r\n\r\n",),
        "an SSDP NOTIFY in another's name",
    ),
    (Telnet(), (b"reboot\r\n",), "'reboot' was typed"),
    (Ubiquiti(MAC, "1", "x", "y"), (b"\x02\x0a\0\0",), "to the discovery"),
    (
        VertxDiscovery(MAC, "x", "V2000", "1", "x"),
        (b"command_blink_on;042;00:06:8E:01:02:03;30;",),
        "the discovery daemon",
    ),
    (Vnc(security=(1,)), (b"RFB 003.008\n\1",), "the desktop was entered"),
    (
        WsDiscovery("1", "http://{address}/"),
        (b"<x>http://schemas.xmlsoap.org/ws/2005/04/discovery/Bye</x>",),
        "in another's name",
    ),
    (X11(is_open=True), (b"l\0\x0b\0\0\0\0\0\0\0\0\0" + bytes.fromhex("2a000100"),), "a request was sent"),
)
ELSEWHERE = {
    "ssh": "test_ssh.py, which opens a session with the real client",
    "rpc2": "test_rpc2.py, and test_punishing.py",
    "web_login": "test_web_login.py",
    "usm": "test_keys.py: a SetRequest of version 3",
    "opcua_session": "test_control_services.py",
    "configuration": "test_consoles.py: what a person sets is noted as a change",
    "console": "test_consoles.py",
}
NO_WRITE = {
    "anything": "answers whatever comes with the same bytes",
    "endless": "sends without end and hears nothing",
    "says": "says its bytes whatever comes",
    "astray": "only points to somebody else",
    "every_port": "greets at every port and hears nothing",
    "bloated": "TLS",
    "mndp": "has no request but one for its announcement",
    "ber": "a codec",
    "digest": "a codec",
    "dns": "a codec",
    "tls_exchange": "TLS",
    "tls_messages": "TLS",
    "old_tls": "TLS",
    "upnp": "pages of Http",
}


class Wires:
    """The writing end of a connection that leads nowhere."""

    def write(self, data: bytes) -> None:
        """Nobody reads it."""

    async def drain(self) -> None:
        """Nothing waits."""


async def harms(service: Service, turns: tuple[bytes, ...]) -> list[str]:
    """What a device notes when a client sends this and goes."""
    visit = Visit("192.0.2.9:5", Log(), Manners(), address="192.0.2.1")
    if isinstance(service, Datagram):
        for turn in turns:
            service.answers(turn, visit)
        return visit.log.harms
    reader = asyncio.StreamReader()
    for turn in turns:
        reader.feed_data(turn)
    reader.feed_eof()
    await service.talk(reader, cast(Any, Wires()), visit)
    return visit.log.harms


@pytest.mark.parametrize(
    ("service", "turns", "said"), ACTS, ids=[f"{type(act[0]).__name__}: {act[2][:40]}" for act in ACTS]
)
async def test_what_would_change_or_read_out_a_device_is_noted_as_harm(service, turns, said):
    noted = await harms(service, turns)
    assert [harm for harm in noted if said in harm], noted


def test_every_service_has_its_act_or_says_why_it_has_none():
    tried = {type(service).__module__.rpartition(".")[2] for service, _, _ in ACTS}
    tried |= {
        type(app).__module__.rpartition(".")[2]
        for service, _, _ in ACTS
        if isinstance(service, Http)
        for _, app in service.applications
    }
    known = {module.name for module in pkgutil.iter_modules(lab.services.__path__)}
    assert tried & NO_WRITE.keys() == set()
    assert known - tried - ELSEWHERE.keys() - NO_WRITE.keys() == set()
    assert {*ELSEWHERE, *NO_WRITE} <= known

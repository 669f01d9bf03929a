"""A resolver, a SOCKS proxy and a gateway that maps ports, each with what would harm it."""

from lab.fake import Log, Manners, Visit
from lab.services.http import Asked, Http
from lab.services.igd import Mapping, PortMapping
from lab.services.resolver import Resolver
from lab.services.socks import Socks

# RFC 1035, 4.1: an address of "gone.invalid", the same for NS, and an update of it.
QUESTION = bytes.fromhex("1234 0100 0001 0000 0000 0000 04676f6e65 07696e76616c6964 00 0001 0001")
NAME_SERVERS = QUESTION[:-4] + b"\0\2\0\1"
UPDATE = QUESTION[:2] + b"\x28\0" + QUESTION[4:]
VERSION = bytes.fromhex("1235 0000 0001 0000 0000 0000 07 76657273696f6e 04 62696e64 00 0010 0003")
READ = b"<NewPortMappingIndex>%d</NewPortMappingIndex>"


def visit():
    log = Log()
    return log, Visit("127.0.0.1", log, Manners())


def asked(action, body):
    header = f'"urn:schemas-upnp-org:service:WANIPConnection:1#{action}"'
    return Asked("POST", "", "text/xml", body, "/ctl", {"soapaction": header})


def test_a_resolver_says_that_a_name_does_not_exist():
    _, here = visit()
    assert Resolver().answer(QUESTION, here) == b"\x12\x34\x80\x83" + QUESTION[4:]


def test_a_resolver_for_nobody_refuses():
    _, here = visit()
    assert Resolver(refuses=True).answer(QUESTION, here) == b"\x12\x34\x80\x05" + QUESTION[4:]


def test_a_resolver_says_its_version_in_the_class_of_the_question():
    _, here = visit()
    said = Resolver(version="dnsmasq-2.80").answer(VERSION, here)
    assert said is not None
    assert said.endswith(b"\0\x10\0\x03\0\0\0\x0a\0\x0d\x0cdnsmasq-2.80")


def test_a_question_with_a_large_answer_and_an_update_are_harm():
    log, here = visit()
    Resolver().answer(NAME_SERVERS, here)
    Resolver().answer(UPDATE, here)
    assert log.harms == ["a DNS question of type 2, whose answer is large", "a DNS message of operation 5"]


async def test_a_socks_proxy_takes_whoever_asks_for_no_login_and_a_request_is_harm(build):
    house = await build(Socks(port=2080), Socks(port=2081, locked=True))
    assert await house.talk(2080, b"\x05\x01\x00", until=b"\x00") == b"\x05\x00"
    assert await house.talk(2081, b"\x05\x01\x00") == b"\x05\xff"
    assert house.harms == []
    await house.talk(2080, b"\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50")
    await house.talk(2080, b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00")
    assert house.harms == ["a request over SOCKS 5", "a request to connect by SOCKS 4"]


def test_a_gateway_lists_its_mappings_one_by_one_up_to_error_713():
    log, here = visit()
    service = PortMapping((Mapping(8001, "192.168.88.50", 80, "camera"),))
    first = service.answer(asked("GetGenericPortMappingEntry", READ % 0), here)
    beyond = service.answer(asked("GetGenericPortMappingEntry", READ % 1), here)
    assert "<NewExternalPort>8001</NewExternalPort>" in first.body
    assert (beyond.status, "<errorCode>713</errorCode>" in beyond.body) == (500, True)
    assert log.harms == []


def test_mapping_a_port_is_harm():
    log, here = visit()
    assert PortMapping().answer(asked("AddPortMapping", b""), here).status == 500
    assert log.harms == ["POST AddPortMapping to the service that maps ports"]


async def test_a_get_to_the_service_is_harm(build):
    house = await build(Http(port=2828, applications=(("/ctl", PortMapping()),)))
    await house.talk(2828, b"GET /ctl HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert house.harms == ["GET without an action to the service that maps ports"]

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.http1 import post
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import axis

TARGET = Target(Endpoint("192.0.2.1", 80))
# Written from the VAPIX documentation, Basic device information and Systemready.
INFORMATION = (
    b'{"apiVersion":"1.0","data":{"propertyList":{"Architecture":"mips","ProdNbr":"P1448-LE","HardwareID":"7C5",'
    b'"ProdFullName":"AXIS P1448-LE Network Camera","Version":"8.40.3.1","ProdType":"Network Camera","SocSerialNumber":"","Soc":"Axis Artpec-6",'
    b'"Brand":"AXIS","WebURL":"http://www.axis.com","ProdVariant":"","SerialNumber":"ACCC8E2B7A42","ProdShortName":"AXIS P1448-LE",'
    b'"BuildDate":"Mar  5 2019 09:42"}}}'
)
READY = (
    b'{"apiVersion":"1.4","method":"systemready","data":{"systemready":"yes","needsetup":"no","uptime":"37509",'
    b'"bootid":"a64e48df-6002-4f0a-83a1-98f302b05cb1"}}'
)
REFUSED = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="AXIS_ACCC8E2B7A42", nonce="x"\r\nContent-Length: 0\r\n\r\n'
UP = {
    "axis.ready": True,
    "axis.needs_setup": False,
    "axis.uptime": 37509,
    "axis.boot_id": "a64e48df-6002-4f0a-83a1-98f302b05cb1",
}


def served(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_asks_who_it_is_and_for_how_long_it_has_been_up(recite):
    heard, sent = recite(axis.probe(TARGET), [served(INFORMATION), served(READY)])
    assert heard.facts == UP | {
        "axis.brand": "AXIS",
        "axis.product_number": "P1448-LE",
        "axis.product_full_name": "AXIS P1448-LE Network Camera",
        "axis.product_type": "Network Camera",
        "axis.serial": "ACCC8E2B7A42",
        "axis.firmware": "8.40.3.1",
        "axis.build_date": "Mar 5 2019 09:42",
        "axis.hardware": "7C5",
        "axis.architecture": "mips",
        "axis.soc": "Axis Artpec-6",
        "axis.authentication": False,
    }
    assert heard.evidence == INFORMATION[:EVIDENCE_LIMIT]
    assert [say.allows(request) for say, request in zip(axis.SAYS, sent, strict=True)] == [True, True]
    assert sent[0].startswith(b"POST /axis-cgi/basicdeviceinfo.cgi HTTP/1.1\r\nHost: 192.0.2.1\r\n")


def test_a_device_that_refuses_strangers_still_says_how_long_it_has_been_up(recite):
    heard, _ = recite(axis.probe(TARGET), [REFUSED, served(READY)])
    assert heard.facts == UP | {"axis.authentication": True}
    assert heard.evidence == READY


def test_a_device_of_before_systemready_is_known_by_its_properties(recite):
    heard, _ = recite(axis.probe(TARGET), [served(INFORMATION), b"HTTP/1.1 404 Not Found\r\n\r\n"])
    assert heard.facts["axis.product_number"] == "P1448-LE"
    assert "axis.uptime" not in heard.facts


@pytest.mark.parametrize(
    "answers",
    [
        [b"HTTP/1.1 404 Not Found\r\n\r\n"],
        [REFUSED, REFUSED],
        [REFUSED],
        [served(b"<html>")],
        [served(b"[]")],
        [served(b'{"data":{}}')],
        [served(b'{"data":{"propertyList":{"Brand":7}}}')],
        [served(b'{"error":{"code":2002,"message":"HTTP request type not supported"}}')],
        [served(b"{" * 5000)],
        [served(b'{"data":' + b"9" * 6000 + b"}")],
    ],
)
def test_what_is_no_vapix_is_a_protocol_error(recite, answers):
    with pytest.raises(ProtocolError):
        recite(axis.probe(TARGET), answers)


@pytest.mark.parametrize("other", ["getAllProperties", "getProperties", "restart"])
def test_its_says_allow_no_other_method(other):
    request = post("/axis-cgi/basicdeviceinfo.cgi", "192.0.2.1", "application/json", axis._INFORMATION)
    assert axis.SAYS[0].allows(request)
    changed = axis._INFORMATION.replace(b"getAllUnrestrictedProperties", other.encode())
    request = post("/axis-cgi/basicdeviceinfo.cgi", "192.0.2.1", "application/json", changed)
    assert not any(say.allows(request) for say in axis.SAYS)


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_the_pieces_an_answer_comes_in_make_no_difference(recite, cut):
    pieces, _ = recite(axis.probe(TARGET), [served(INFORMATION), served(READY)], cut=cut)
    whole, _ = recite(axis.probe(TARGET), [served(INFORMATION), served(READY)])
    assert pieces == whole


@pytest.mark.parametrize("size", range(0, len(INFORMATION), 7))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(axis.probe(TARGET), [served(INFORMATION)[:size], served(READY)[:size]])
    except PeerError:
        return
    assert set(heard.facts) <= set(axis.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b'{"data":{"propertyList":{"Brand":"', b'{"data":{"uptime":"']))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    for answers in ([served(start + junk), served(READY)], [served(INFORMATION), served(start + junk + b'"}}}')]):
        try:
            heard, _ = recite(axis.probe(TARGET), answers)
        except PeerError:
            continue
        assert set(heard.facts) <= set(axis.FACTS)

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError
from inventory.model import Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import igd

SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"
TARGET = Target(Endpoint("192.0.2.1", 5000), path="/ctl/IPConn", before={"upnp.mapping_service": SERVICE})
ENVELOPE = (
    b'<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    b' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>%b</s:Body></s:Envelope>\r\n'
)


def answer(status, body):
    content = ENVELOPE % body
    return b"HTTP/1.1 %b\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % (status, len(content)) + content


def entry(port):
    # UPnP Forum, WANIPConnection:1, 2.4.14: the arguments, in the order of its table.
    return answer(
        b"200 OK",
        b'<u:GetGenericPortMappingEntryResponse xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewRemoteHost></NewRemoteHost>'
        b"<NewExternalPort>%d</NewExternalPort><NewProtocol>TCP</NewProtocol><NewInternalPort>80</NewInternalPort>"
        b"<NewInternalClient>192.168.1.50</NewInternalClient><NewEnabled>1</NewEnabled>"
        b"<NewPortMappingDescription>camera</NewPortMappingDescription><NewLeaseDuration>0</NewLeaseDuration>"
        b"</u:GetGenericPortMappingEntryResponse>" % port,
    )


def error(code):
    return answer(
        b"500 Internal Server Error",
        b"<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
        b'<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>%d</errorCode>'
        b"<errorDescription>SpecifiedArrayIndexInvalid</errorDescription></UPnPError></detail></s:Fault>" % code,
    )


@pytest.mark.parametrize("cut", [0, 1])
def test_an_empty_list_is_open_all_the_same(recite, cut):
    heard, sent = recite(igd.probe(TARGET), [error(713)], cut=cut)
    assert heard.facts == {"igd.service": SERVICE, "igd.open": True, "igd.more": False}
    assert len(sent) == 1
    assert sent[0].startswith(b"POST /ctl/IPConn HTTP/1.1\r\n")
    assert f'SOAPAction: "{SERVICE}#GetGenericPortMappingEntry"'.encode() in sent[0]
    assert b"<NewPortMappingIndex>0</NewPortMappingIndex>" in sent[0]


def test_reads_entries_up_to_the_end_of_the_list(recite):
    heard, sent = recite(igd.probe(TARGET), [entry(8080), entry(8081), error(713)])
    assert heard.facts["igd.mappings"] == (
        "TCP 8080 to 192.168.1.50 port 80",
        "TCP 8081 to 192.168.1.50 port 80",
    )
    assert heard.facts["igd.more"] is False
    assert all(any(say.allows(request) for say in igd.SAYS) for request in sent)


def test_reads_four_entries_and_no_more(recite):
    heard, sent = recite(igd.probe(TARGET), [entry(port) for port in range(8080, 8090)])
    assert len(sent) == 4
    assert heard.facts["igd.more"] is True


def test_a_service_that_refuses_is_not_open(recite):
    heard, sent = recite(igd.probe(TARGET), [error(606)])
    assert heard.facts == {"igd.service": SERVICE, "igd.open": False, "igd.error": 606}
    assert len(sent) == 1


def test_a_second_entry_that_never_comes_leaves_the_first(recite):
    heard, _ = recite(igd.probe(TARGET), [entry(8080)])
    assert heard.facts["igd.mappings"] == ("TCP 8080 to 192.168.1.50 port 80",)


def test_what_somebody_called_a_mapping_is_not_kept(recite):
    heard, _ = recite(igd.probe(TARGET), [entry(8080), error(713)])
    assert b"camera" in entry(8080)
    assert b"NewPortMappingDescription" in heard.evidence
    assert b"camera" not in heard.evidence
    assert "camera" not in str(heard.facts)


@pytest.mark.parametrize("action", [b"AddPortMapping", b"DeletePortMapping", b"AddAnyPortMapping", b"ForceTermination"])
def test_nothing_that_changes_a_mapping_can_be_said(recite, action):
    _, (asked,) = recite(igd.probe(TARGET), [error(713)])
    assert any(say.allows(asked) for say in igd.SAYS)
    assert not any(say.allows(asked.replace(b"GetGenericPortMappingEntry", action)) for say in igd.SAYS)


@pytest.mark.parametrize(
    "junk", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 404 Not Found\r\n\r\n<html></html>", error(71)]
)
def test_what_is_no_answer_is_a_peer_error(recite, junk):
    with pytest.raises(PeerError):
        recite(igd.probe(TARGET), [junk])


def test_a_description_invites_at_the_path_that_it_names():
    facts = {"upnp.mapping_service": SERVICE, "upnp.mapping_path": "/ctl/IPConn"}
    seen = Observation(Endpoint("192.0.2.1", 5000), "upnp", facts, b"", datetime(2026, 11, 21, tzinfo=UTC))
    device = Device("address:192.0.2.1", ("192.0.2.1",), observations=(seen,))
    (target,) = igd.invited(device)
    assert (target.endpoint, target.path, target.before) == (seen.endpoint, "/ctl/IPConn", facts)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # this fixture is a plain function
@given(st.binary(max_size=80), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n\r\n", entry(80)[:300], error(713)[:250]]))
def test_any_bytes_end_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(igd.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(igd.FACTS)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import fox

TARGET = Target(Endpoint("192.0.2.1", 1911))
# Laid out like the answers that nmap's fox-info documents; the values are made up.
ANSWER = b"""fox a 0 -1 fox hello
{
fox.version=s:1.0.1
id=i:122
hostName=s:192.168.1.86
hostAddress=s:192.168.1.86
app.name=s:Station
app.version=s:3.8.213
vm.name=s:Java HotSpot(TM) Client VM
vm.version=s:1.5.0_81-b06
os.name=s:QNX
os.version=s:6.4.1
station.name=s:TownHall
lang=s:en
timeZone=s:EST5EDT;-18000000;3600000;02:00:00.000,wall,march,8,on or after,sunday,undefined
hostId=s:Qnx-NPM6-0000-16A3-8210
vmUuid=s:11e8e9a6-0b40-571a-0000-00000000a096
brandId=s:FacExp
sysInfo=o:bog 61[<bog version="1.0">
<p m="b=baja" t="b:Facets" v=""/>
</bog>
]
authAgentTypeSpecs=s:fox:FoxUsernamePasswordAuthAgent
};;
"""


def test_reads_the_greeting_of_a_station(recite):
    heard, sent = recite(fox.probe(TARGET), [ANSWER])
    assert heard.facts == {
        "fox.version": "1.0.1",
        "fox.host_name": "192.168.1.86",
        "fox.host_address": "192.168.1.86",
        "fox.app_name": "Station",
        "fox.app_version": "3.8.213",
        "fox.vm_name": "Java HotSpot(TM) Client VM",
        "fox.vm_version": "1.5.0_81-b06",
        "fox.os_name": "QNX",
        "fox.os_version": "6.4.1",
        "fox.station_name": "TownHall",
        "fox.time_zone": "EST5EDT",
        "fox.host_id": "Qnx-NPM6-0000-16A3-8210",
        "fox.vm_uuid": "11e8e9a6-0b40-571a-0000-00000000a096",
        "fox.brand": "FacExp",
        "fox.authentication": "fox:FoxUsernamePasswordAuthAgent",
        "fox.encrypted": False,
    }
    assert sent == [b"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n"]
    assert fox.SAYS[0].allows(sent[0])


def test_says_whether_it_was_inside_tls(recite):
    heard, _ = recite(fox.probe(Target(Endpoint("192.0.2.1", 4911), tls=True)), [ANSWER])
    assert heard.facts["fox.encrypted"] is True


def test_hidden_characters_are_shown_and_long_values_cut():
    frame = ANSWER.replace(b"TownHall", b"a\x1b]0;x\x07" + b"b" * 5000)
    text = str(fox.parse(frame).facts["fox.station_name"])
    assert text.startswith(r"a\x1b]0;x\x07bbb")
    assert len(text) == 256


@pytest.mark.parametrize(
    "junk", [b"", b"};;", b"HTTP/1.1 400 Bad Request\r\n\r\n{};;", ANSWER[:-6], b"fox a 0 -1 fox bye\n{\n};;"]
)
def test_what_is_no_greeting_is_a_protocol_error(junk):
    with pytest.raises(ProtocolError):
        fox.parse(junk)


@pytest.mark.parametrize("size", range(0, len(ANSWER) - 4, 7))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(fox.probe(TARGET), [ANSWER[:size]])


@given(st.binary(max_size=200))
def test_junk_ends_in_facts_or_in_protocol_error(junk):
    for frame in (junk, b"fox a 0 -1 fox hello\n{\n" + junk + b"\n};;\n"):
        try:
            heard = fox.parse(frame)
        except ProtocolError:
            continue
        assert set(heard.facts) <= set(fox.FACTS)

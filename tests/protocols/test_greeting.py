import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target, recognises
from scanner.protocols import ftp, greeting, load_protocols, ssh, telnet

TARGET = Target(Endpoint("192.0.2.1", 61234))


def test_it_says_nothing(recite):
    heard, sent = recite(greeting.probe(TARGET), [b"220 mail.lab ESMTP Postfix\r\n"])
    assert heard.facts == {"greeting.text": "220 mail.lab ESMTP Postfix", "greeting.protocol": "smtp"}
    assert sent == []
    assert greeting.SAYS == ()


def test_silence_is_no_greeting(recite):
    with pytest.raises(ProtocolError):
        recite(greeting.probe(TARGET), [b""], silent=True)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (b"220-mx ESMTP\r\n", "smtp"),  # RFC 5321, section 4.2
        (b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n", "pop3"),  # RFC 1939, section 7
        (b"* OK IMAP4rev1 Service Ready\r\n", "imap"),  # RFC 3501, section 8
        (b"RFB 003.008\n", "vnc"),  # RFC 6143, section 7.1.1
        (
            b"\x4a\x00\x00\x00\x0a5.5.5-10.6.12-MariaDB\x00" + bytes(60),
            "mysql",
        ),  # HandshakeV10 of the protocol's documentation
        (b"\x45\x00\x00\x00\xff\x6a\x04Host '10.0.0.1' is not allowed to connect", "mysql"),  # its ERR_Packet
        (b"@RSYNCD: 31.0\n", "rsync"),
        (
            bytes.fromhex("0564 0ac4 0a00 0100 fc42"),
            "dnp3",
        ),  # IEEE 1815, section 9.2.4: an unsolicited response's header
        (b"$GPGGA,123519,4807.038,N,01131.000,E,1,08\r\n", "nmea"),
    ],
)
def test_names_what_is_not_asked_any_further(said, name):
    assert greeting.parse(said).facts["greeting.protocol"] == name
    assert [
        p.NAME for p in load_protocols().values() if p.NAME in {"ssh", "ftp", "telnet"} and recognises(p, said)
    ] == []


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", ssh),
        (b"Welcome\r\nSSH-1.99-Cisco-1.25\n", ssh),
        (b"220 ProFTPD 1.3.5 Server ready.\r\n", ftp),
        (b"220-FTP server\r\n220 ready\r\n", ftp),
        (b"\xff\xfd\x18\xff\xfb\x01", telnet),
        (b"MAC address 00204A3C4D5E\r\nPassword :", telnet),
        (b"router login: ", telnet),
    ],
)
def test_the_protocols_recognise_their_own_and_nobody_elses(said, owner):
    recognised = [module for module in (ssh, ftp, telnet) if module.recognises(said)]
    assert recognised == [owner]


@pytest.mark.parametrize("said", [b"", b"220 ready\r\n", b"# ", b"\xff", b"\xff\xd8\xff\xe0", b"GET / HTTP/1.1\r\n"])
def test_what_could_be_anything_is_recognised_by_none(said):
    assert [module.NAME for module in (ssh, ftp, telnet) if module.recognises(said)] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(min_size=1, max_size=3000))
def test_junk_ends_in_facts(recite, junk):
    heard, _ = recite(greeting.probe(TARGET), [junk])
    assert set(heard.facts) <= set(greeting.FACTS)
    assert all(isinstance(recognises(protocol, junk), bool) for protocol in load_protocols().values())

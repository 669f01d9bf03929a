from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.mysql import Packet, parse_greeting, parse_refusal
from scanner.conversation import Target
from scanner.protocols import mysql
from scanner.questions import speaker

TARGET = Target(Endpoint("192.0.2.1", 3306))
# Recorded from mariadbd 10.11.19 (Debian 12), over 127.0.0.1.
MARIADB = (
    b"d\x00\x00\x00\n5.5.5-10.11.19-MariaDB-0+deb12u1\x00\x04\x00\x00\x00<52=|wbe\x00\xfe\xf7\x08\x02\x00\xff\x81\x15"
    b"\x00\x00\x00\x00\x00\x00\x1d\x00\x00\x00SR!J3`jt(hTL\x00mysql_native_password\x00"
)
# MySQL 8.0's reference manual and Protocol::HandshakeV10: caching_sha2_password, and TLS among the capabilities.
MYSQL = (
    b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08\0\xff\xff\xff\x02\0\xff\xdf\x15" + bytes(10)
    + b"\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\0caching_sha2_password\0"
)  # fmt: skip
# Server error message reference: 1130, before the login without an SQLSTATE.
NOT_ALLOWED = b"\x46\0\0\0\xff\x6a\x04Host '192.0.2.9' is not allowed to connect to this MySQL server.    "


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        (
            MARIADB,
            {
                "mysql.version": "5.5.5-10.11.19-MariaDB-0+deb12u1",
                "mysql.plugin": "mysql_native_password",
                "mysql.tls": False,
            },
        ),
        (MYSQL, {"mysql.version": "8.0.36", "mysql.plugin": "caching_sha2_password", "mysql.tls": True}),
        (
            NOT_ALLOWED,
            {
                "mysql.error_code": 1130,
                "mysql.error": "Host '192.0.2.9' is not allowed to connect to this MySQL server.",
            },
        ),
    ],
)
def test_hears_the_greeting_and_says_nothing(recite, said, facts):
    heard, sent = recite(mysql.probe(TARGET), [said])
    assert heard.facts == facts
    assert sent == []


def test_the_nonce_of_the_login_is_not_kept():
    assert b"SR!J3`jt(hTL" not in mysql.parse(Packet(0, MARIADB[4:])).evidence


def test_the_greeting_is_known_at_any_port():
    for said in (MARIADB, MYSQL, NOT_ALLOWED):
        found = speaker(said)
        assert found is not None
        assert found.NAME == "mysql"
    assert not mysql.recognises(b"SSH-2.0-dropbear\r\n")


def test_the_nonce_is_of_twenty_bytes_in_two_parts():
    assert parse_greeting(MYSQL[4:]).nonce == bytes(range(1, 21))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        MARIADB[:3],
        MARIADB[:-1],
        MARIADB[:20],
        b"\0\0\0\0",
        b"\1\0\0\0\x0a",
        b"\x10\0\0\1" + MARIADB[4:20],
        b"\3\0\0\0\xff\x01\x00",
        b"\2\0\0\0\xff\x6a",
        b"\x08\0\0\0\x095.0.45\0",
    ],
)
def test_what_is_no_greeting_is_a_peer_error(recite, said):
    with pytest.raises(PeerError):
        recite(mysql.probe(TARGET), [said])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=120), st.sampled_from([b"", b"\x40\0\0\0\x0a5.5\0", b"\x10\0\0\0\xff"]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    mysql.recognises(start + junk)
    try:
        heard, _ = recite(mysql.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(mysql.FACTS)


@given(st.binary(max_size=80))
def test_any_payload_is_read_or_refused(payload):
    for parse in (parse_greeting, parse_refusal):
        with suppress(ProtocolError):
            assert parse(payload)

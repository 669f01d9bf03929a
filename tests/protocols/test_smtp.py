import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import greeting, smtp
from scanner.questions import speaker

TARGET = Target(Endpoint("192.0.2.1", 25))
# Recorded from aiosmtpd 1.4.6 with TLS, over 127.0.0.1.
GREETING = b"220 nas.test Python SMTP 1.4.6\r\n"
OFFER = b"250-nas.test\r\n250-SIZE 33554432\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 HELP\r\n"
# RFC 4954, section 4.1, and the form of before RFC 2554 beside it, as Exchange and Postfix (broken_sasl_auth_clients) write it.
LOGINS = b"250-mail.example ready\r\n250-AUTH PLAIN LOGIN\r\n250 AUTH=LOGIN NTLM\r\n"


def test_reads_the_greeting_and_what_is_offered_and_leaves(recite):
    heard, sent = recite(smtp.probe(TARGET), [GREETING + OFFER + b"221 Bye\r\n"])
    assert heard.facts == {
        "smtp.code": 220,
        "smtp.banner": "nas.test Python SMTP 1.4.6",
        "smtp.name": "nas.test",
        "smtp.extensions": ("SIZE", "8BITMIME", "STARTTLS", "HELP"),
        "smtp.auth": (),
        "smtp.starttls": True,
    }
    assert heard.evidence == GREETING + OFFER
    assert sent == [b"EHLO tocsin.invalid\r\n", b"QUIT\r\n"]
    assert all(any(say.allows(request) for say in smtp.SAYS) for request in sent)


def test_names_the_logins_once_each(recite):
    heard, _ = recite(smtp.probe(TARGET), [GREETING + LOGINS])
    assert heard.facts["smtp.auth"] == ("PLAIN", "LOGIN", "NTLM")
    assert heard.facts["smtp.starttls"] is False


def test_inside_tls_there_is_no_word_of_starttls(recite):
    heard, _ = recite(smtp.probe(Target(TARGET.endpoint, tls=True)), [GREETING + OFFER])
    assert "smtp.starttls" not in heard.facts


@pytest.mark.parametrize("said", [b"421 nas.test too busy\r\n", b"554 no SMTP service here\r\n"])
def test_a_server_that_takes_nobody_is_told_no_more_than_goodbye(recite, said):
    heard, sent = recite(smtp.probe(TARGET), [said])
    assert heard.facts["smtp.code"] == int(said[:3])
    assert sent == [b"QUIT\r\n"]


def test_a_server_that_does_not_know_ehlo_is_one_all_the_same(recite):
    heard, _ = recite(smtp.probe(TARGET), [GREETING + b"500 what?\r\n"])
    assert "smtp.starttls" not in heard.facts


@pytest.mark.parametrize(
    "said", [b"220 FTP server ready.\r\n500 what?\r\n", b"SSH-2.0-dropbear\r\n", b"200 HI\r\n", b""]
)
def test_another_protocol_is_a_peer_error(recite, said):
    with pytest.raises(PeerError):
        recite(smtp.probe(TARGET), [said])


def test_the_greeting_is_known_at_any_port():
    found = speaker(GREETING)
    assert found is not None
    assert found.NAME == "smtp"
    assert greeting.parse(GREETING).facts["greeting.protocol"] == "smtp"
    assert not smtp.recognises(b"220 AP9630 FTP server ready.\r\n")


@pytest.mark.parametrize("size", range(len(GREETING + OFFER)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(smtp.probe(TARGET), [(GREETING + OFFER)[:size]])
    except PeerError:
        return
    assert set(heard.facts) <= set(smtp.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(
    st.binary(max_size=120),
    st.sampled_from([b"", b"220 ", GREETING, GREETING + b"250-AUTH", GREETING + b"250-a\r\n250 "]),
)
def test_junk_ends_in_facts_or_in_protocol_error(recite, junk, start):
    smtp.recognises(start + junk)
    try:
        heard, _ = recite(smtp.probe(TARGET), [start + junk + b"\r\n"])
    except ProtocolError:
        return
    except PeerError:
        return
    assert set(heard.facts) <= set(smtp.FACTS)

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut, Unreached
from inventory.model import Endpoint
from scanner.codecs import tls_codec
from scanner.codecs.tls_hello import SUITES_AT_ONCE, Hello
from scanner.conversation import EVIDENCE_LIMIT, Depth, Read, Reconnect, StartTLS, Step, Target
from scanner.protocols import tls
from scanner.tls import session
from scanner.tls.offers import everything

TARGET = Target(Endpoint("192.0.2.1", 443))
BYTES = Path(__file__).parent.parent / "bytes"
# The recordings are SSL 3.0 to TLS 1.3, one file a hello; a server is asked for TLS 1.2, then 1.3 if it knows that, then 1.1, 1.0 and SSL 3.0.
_SSL30, _TLS10, _TLS11, _TLS12, _TLS13 = range(1, 6)
UP_TO_12 = [(BYTES / f"tls/openssl-3.0-up-to-1.2-{at}.bin").read_bytes() for at in (_TLS12, _TLS11, _TLS10, _SSL30)]
ONLY_13 = [(BYTES / f"tls/openssl-3.0-only-1.3-{number}.bin").read_bytes() for number in (_TLS12, _TLS13)]
RETRY = (BYTES / "tls/openssl-3.0-retry-1.bin").read_bytes()
REFUSED = bytes.fromhex("15 0300 0002 02 46")  # fatal protocol_version, RFC 8446 section 6.2
FAILED = bytes.fromhex("15 0300 0002 02 28")  # fatal handshake_failure: it may still speak an older version
LEAF = (BYTES / "certificates/rsa1024-sha1.der").read_bytes()


def record(kind: int, payload: bytes) -> bytes:
    return bytes((kind, 3, 3)) + len(payload).to_bytes(2, "big") + payload


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def server_hello(version: int, suite: int = 0xC02F, random: bytes = bytes(32)) -> bytes:
    """RFC 5246 section 7.4.1.3, without session and extensions."""
    return message(2, version.to_bytes(2, "big") + random + b"\0" + suite.to_bytes(2, "big") + b"\0")


def certificate(*chain: bytes) -> bytes:
    listed = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    return message(11, len(listed).to_bytes(3, "big") + listed)


def said(sent: list[bytes]) -> bool:
    return bool(sent) and all(any(say.allows(request) for say in tls.SAYS) for request in sent)


def answering(conversation, step_kind, answer):
    """`conversation` in which steps of that kind meet `answer`: bytes, or an error that is thrown."""
    try:
        step = next(conversation)
        while True:
            try:
                if isinstance(step, step_kind) and isinstance(answer, PeerError):
                    raise answer
                step = conversation.send(answer if isinstance(step, step_kind) else (yield step))
            except PeerError as error:
                step = conversation.throw(error)
    except StopIteration as ended:
        return ended.value


def test_names_the_versions_the_picks_and_the_leaf(recite):
    heard, sent = recite(tls.probe(TARGET), UP_TO_12)
    assert heard.facts["tls.versions"] == ("TLSv1.0", "TLSv1.1", "TLSv1.2")
    assert heard.facts["tls.suites"] == ("TLSv1.0 0xc013", "TLSv1.1 0xc013", "TLSv1.2 0xc02f")
    assert heard.facts["tls.subject"] == "CN=camera.test,O=Lab"
    assert heard.facts["tls.key_bits"] == 2048
    assert heard.evidence == UP_TO_12[2][:EVIDENCE_LIMIT]
    assert said(sent)


@pytest.mark.parametrize(
    ("name", "sent_name"),
    [("Cam1.City.example", "cam1.city.example"), ("192.0.2.1", None), ("2001:db8::1", None), ("", None)],
)
def test_the_name_that_it_was_asked_for_by_is_a_fact(recite, name, sent_name):
    heard, sent = recite(tls.probe(Target(TARGET.endpoint, name=name)), UP_TO_12)
    assert heard.facts.get("tls.server_name") == sent_name
    assert all((b"cam1.city.example" in request) == (sent_name is not None) for request in sent[:1])


def hellos(sent: list[bytes]) -> list[str]:
    """The versions that were offered, in order."""
    named = ((say.name.removeprefix("client-hello "), say) for say in tls.SAYS if "client-hello" in say.name)
    names = dict(named)
    return [next(n for n, say in names.items() if say.allows(request)) for request in sent if request[0] == 22]


@pytest.mark.parametrize(
    ("mark", "offered"),
    [
        (b"", ["TLSv1.2", "TLSv1.1"]),
        (b"DOWNGRD\x01", ["TLSv1.2", "TLSv1.3", "TLSv1.1"]),
    ],
)
def test_what_an_answer_rules_out_is_not_asked(recite, mark, offered):
    answer = record(22, server_hello(0x0303, random=bytes(32 - len(mark)) + mark) + certificate(LEAF))
    _, sent = recite(tls.probe(TARGET), [answer, REFUSED, REFUSED])
    assert hellos(sent) == offered


def test_a_refusal_for_another_reason_rules_nothing_out(recite):
    _, sent = recite(tls.probe(TARGET), [FAILED] * 5)
    assert hellos(sent) == ["TLSv1.2", "TLSv1.3", "TLSv1.1", "TLSv1.0", "SSLv3"]


def test_a_server_that_wants_to_be_called_by_its_name_is_told_as_such(recite):
    nameless = bytes.fromhex(
        "15 0303 0002 02 70"
    )  # fatal unrecognized_name, RFC 6066 section 3: nginx 1.22 with `ssl_reject_handshake on`
    heard, _ = recite(tls.probe(TARGET), [nameless, nameless, REFUSED])
    assert (heard.facts["tls.versions"], heard.facts["tls.settled"]) == ((), ())
    assert heard.facts["tls.unsettled"] == ("versions: it takes only who calls it by a name of its own (SNI)",)


def test_a_server_that_hangs_on_a_modern_hello_is_offered_tls_10_next(recite):
    old = record(22, server_hello(0x0301) + certificate(LEAF))
    heard, sent = recite(tls.probe(TARGET), [b"", old, FAILED, FAILED, FAILED])
    assert hellos(sent)[:2] == ["TLSv1.2", "TLSv1.0"]
    assert heard.facts["tls.versions"] == ("TLSv1.0",)
    assert heard.facts["tls.intolerant"] == ("hellos of TLSv1.2",)


def test_where_nothing_speaks_for_tls_one_silence_is_enough(recite):
    steps: list[Step] = []
    target = Target(TARGET.endpoint, expected=False)
    with pytest.raises(TimedOut):
        recite(answering(listening(tls.probe(target), steps), Read, TimedOut()), [])
    assert steps.count(Reconnect()) == 0


def test_the_chain_of_tls_13_is_seen_from_inside(recite, monkeypatch):
    """Recorded with the client's randomness known, and with its hello, which is part of what is hashed."""
    recorded = (BYTES / "tls/openssl-3.0-session-1.3-client.bin").read_bytes()
    inside = (BYTES / "tls/openssl-3.0-session-1.3.bin").read_bytes()
    written, finish = Hello.record, partial(session.finish, draw=lambda size: bytes(range(size)))
    monkeypatch.setattr(session, "finish", finish)
    monkeypatch.setattr(Hello, "record", lambda hello, *how: recorded if hello.keys else written(hello, *how))
    heard, sent = recite(tls.probe(TARGET), [*ONLY_13, inside])
    assert heard.facts["tls.versions"] == ("TLSv1.3",)
    assert heard.facts["tls.suites"] == ("TLSv1.3 0x1301",)
    assert heard.facts["tls.chain_subjects"] == ("CN=camera.test", "CN=City Issuing", "CN=City Root")
    assert heard.facts["tls.chain"][0] == heard.facts["tls.sha256"]
    assert heard.facts["tls.subject"] == "CN=camera.test"
    assert (heard.facts["tls.alpn"], heard.facts["tls.ticket_lifetime"]) == ("h2", 7200)
    assert set(heard.facts) <= set(tls.FACTS)
    assert said(sent)


def test_the_leaf_of_tls_13_is_seen_by_the_ssl_module_where_ours_cannot(recite):
    conversation = answering(tls.probe(TARGET), StartTLS, LEAF)
    heard, sent = recite(conversation, [*ONLY_13, FAILED])
    assert heard.facts["tls.sha256"] == hashlib.sha256(LEAF).hexdigest()
    assert said(sent)


def test_a_leaf_that_stays_hidden_is_named_as_such(recite):
    heard, sent = recite(tls.probe(TARGET), ONLY_13)
    assert heard.facts["tls.certificate_error"] == "not seen: the device closed the connection"
    assert hellos(sent) == ["TLSv1.2", "TLSv1.3", "TLSv1.3", "TLSv1.3"]  # the last without ALPN
    assert said(sent)


def test_a_hello_retry_request_accepts_tls_13(recite):
    heard, _ = recite(tls.probe(TARGET), [REFUSED, RETRY])
    assert heard.facts["tls.versions"] == ("TLSv1.3",)


def test_a_server_that_answers_with_a_lower_version_has_not_accepted(recite):
    old = record(22, server_hello(0x0301) + certificate(LEAF))
    heard, sent = recite(tls.probe(TARGET), [old, old, FAILED])
    assert hellos(sent) == ["TLSv1.2", "TLSv1.0", "SSLv3"]
    assert heard.facts["tls.versions"] == ("TLSv1.0",)


def test_a_chain_that_is_too_large_leaves_the_version_and_the_suite(recite):
    flight = server_hello(0x0303) + certificate(bytes(200_000))
    records = b"".join(record(22, flight[at : at + 16384]) for at in range(0, len(flight), 16384))
    heard, _ = recite(tls.probe(TARGET), [records, REFUSED])
    assert heard.facts["tls.versions"] == ("TLSv1.2",)
    assert heard.facts["tls.suites"] == ("TLSv1.2 0xc02f",)
    assert "tls.chain" not in heard.facts


def test_ssl_3_is_found(recite):
    answer = record(22, server_hello(0x0300, 0x0005) + certificate(LEAF))
    heard, _ = recite(tls.probe(TARGET), [FAILED, FAILED, FAILED, FAILED, answer])
    assert heard.facts["tls.versions"] == ("SSLv3",)
    assert heard.facts["tls.suites"] == ("SSLv3 0x0005",)
    assert heard.facts["tls.signature_hash"] == "sha1"


def test_a_handshake_in_many_records_is_put_together(recite):
    handshake = server_hello(0x0303) + certificate(LEAF, LEAF)
    pieces = b"".join(record(22, handshake[at : at + 100]) for at in range(0, len(handshake), 100))
    heard, _ = recite(tls.probe(TARGET), [pieces, REFUSED])
    assert heard.facts["tls.chain"] == (hashlib.sha256(LEAF).hexdigest(),) * 2


def test_a_warning_before_the_hello_changes_nothing(recite):
    unrecognized_name = record(21, b"\x01\x70")
    answer = unrecognized_name + record(22, server_hello(0x0303) + certificate(LEAF))
    heard, _ = recite(tls.probe(TARGET), [answer, REFUSED])
    assert heard.facts["tls.versions"] == ("TLSv1.2",)


def test_an_anonymous_suite_comes_without_a_certificate(recite):
    answer = record(22, server_hello(0x0301, 0x0034) + message(12, bytes(20)))
    heard, _ = recite(tls.probe(TARGET), [FAILED, FAILED, FAILED, answer, REFUSED])
    assert heard.facts["tls.suites"] == ("TLSv1.0 0x0034",)
    assert "tls.chain" not in heard.facts


def test_a_server_that_closes_on_an_old_hello_refuses_it(recite):
    heard, _ = recite(tls.probe(TARGET), [UP_TO_12[0], b"", b"", b""])
    assert heard.facts["tls.versions"] == ("TLSv1.2",)
    assert "tls.intolerant" not in heard.facts


def test_a_server_that_refuses_everything_still_speaks_tls(recite):
    heard, sent = recite(tls.probe(TARGET), [REFUSED] * 5)
    assert hellos(sent) == ["TLSv1.2", "TLSv1.3"]
    assert heard.facts["tls.versions"] == ()
    assert heard.evidence == REFUSED


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-dropbear\r\n", b"\x16\x02\x00\x00\x10"]
)
def test_what_is_not_tls_is_asked_once(recite, answer):
    steps: list[Step] = []
    with pytest.raises(ProtocolError):
        recite(listening(tls.probe(TARGET), steps), [answer] * 5)
    assert steps.count(Reconnect()) == 0


def listening(conversation, steps):
    """`conversation`, with each step of it noted in `steps`."""
    step = next(conversation)
    while True:
        steps.append(step)
        try:
            answer = yield step
        except PeerError as error:
            step = conversation.throw(error)
        else:
            step = conversation.send(answer)


def test_a_port_that_only_closes_is_not_tls(recite):
    with pytest.raises(PeerClosed):
        recite(tls.probe(TARGET), [])


def test_two_silences_are_enough(recite):
    steps: list[Step] = []
    with pytest.raises(TimedOut):
        recite(answering(listening(tls.probe(TARGET), steps), Read, TimedOut()), [])
    assert steps.count(Reconnect()) == 1


def test_a_connection_that_fails_in_between_is_no_refusal(recite):
    heard, _ = recite(answering(tls.probe(TARGET), Reconnect, Unreached("connection refused")), UP_TO_12)
    assert heard.facts["tls.versions"] == ("TLSv1.2",)
    assert heard.facts["tls.settled"] == ()
    assert heard.facts["tls.unsettled"] == tuple(
        f"versions: {name}: connection refused" for name in ("TLSv1.1", "TLSv1.0", "SSLv3")
    )
    assert isinstance(heard.failed, Unreached)
    assert "tls.subject" in heard.facts


def ssl2(leaf: bytes, *specs: str) -> bytes:
    """Hickman, "The SSL Protocol" (1995), SERVER-HELLO: no session hit, X.509, version 0002, the lengths, certificate and specs, no connection id."""
    said = bytes.fromhex("04 00 01 0002") + len(leaf).to_bytes(2, "big") + (3 * len(specs)).to_bytes(2, "big") + b"\0\0"
    message = said + leaf + bytes.fromhex("".join(specs))
    return (0x8000 | len(message)).to_bytes(2, "big") + message


@pytest.mark.parametrize("refused", [b"", FAILED], ids=["hangs up", "alert"])
def test_a_server_of_ssl_2_alone_is_found_with_its_certificate(recite, refused):
    hello = ssl2(LEAF, "0700c0", "020080")
    target = replace(TARGET, depth=Depth.POSTURE)
    heard, sent = recite(tls.probe(target), [*[refused] * 5, hello])
    assert heard.facts["tls.versions"] == ("SSLv2",)
    assert heard.facts["tls.accepted"] == ("SSLv2 0x0700c0", "SSLv2 0x020080")
    assert heard.facts["tls.sha256"] == hashlib.sha256(LEAF).hexdigest()
    assert {"versions", "sslv2"} <= set(heard.facts["tls.settled"])
    assert heard.facts["tls.unsettled"] == ()
    assert heard.facts["tls.hellos"] == 6
    assert said(sent)
    assert hello[2:].startswith(heard.evidence)


def test_where_nothing_speaks_for_tls_ssl_2_is_not_asked_for(recite):
    steps: list[Step] = []
    with pytest.raises(PeerClosed):
        recite(listening(tls.probe(replace(TARGET, expected=False)), steps), [b""] * 6)
    assert steps.count(Reconnect()) == 0


@pytest.mark.parametrize("size", range(0, len(UP_TO_12[0]), 37))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, sent = recite(tls.probe(TARGET), [UP_TO_12[0][:size], *UP_TO_12[1:]])
    except PeerError:
        return
    assert set(heard.facts) <= set(tls.FACTS)
    assert said(sent)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.lists(st.binary(max_size=200), min_size=5, max_size=5), st.booleans())
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, framed):
    answers = [record(22, server_hello(0x0303)[:-1] + piece) if framed else b"\x16\x03" + piece for piece in junk]
    try:
        heard, sent = recite(tls.probe(TARGET), answers)
    except PeerError:
        return
    assert set(heard.facts) <= set(tls.FACTS)
    assert said(sent)


@pytest.mark.parametrize("version", tls_codec.VERSIONS, ids=lambda version: version.name)
def test_a_hello_stays_below_what_old_balancers_choke_on(version):
    """Between 256 and 511 bytes some of them hang (RFC 7685 section 1); only TLS 1.3, which they do not know, is longer."""
    hello = everything(version)
    assert len(hello.record(bytes(32))) - 5 < 256 or version is tls_codec.TLS13
    assert len(hello.suites) <= SUITES_AT_ONCE


@pytest.mark.parametrize("version", tls_codec.VERSIONS, ids=lambda version: version.name)
def test_no_suite_is_offered_twice(version):
    suites = everything(version).suites
    assert len(suites) == len(set(suites))


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("camera.test", True),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
        ("", False),
        ("a\0b", False),
        ("x" * 300, False),
    ],
)
def test_only_a_name_is_sent_as_server_name(name, sent):
    hello = everything(tls_codec.TLS12).record(bytes(32), name)
    assert (name.encode() in hello and len(name) > 0) is sent
    assert tls.SAYS[3].allows(hello)


def test_the_says_allow_no_hello_that_resumes_a_session():
    hello = everything(tls_codec.TLS12).record(bytes(32))
    resuming = hello[:43] + b"\x20" + bytes(32) + hello[44:]
    assert hello[43] == 0
    assert not any(say.allows(resuming) for say in tls.SAYS)


def test_a_hello_is_named_after_its_version_alone():
    named = {
        v: [say.name for say in tls.SAYS if say.allows(everything(v).record(bytes(32), "a.test"))]
        for v in tls_codec.VERSIONS
    }
    assert named == {v: [f"client-hello {v.name}"] for v in tls_codec.VERSIONS}


def test_an_application_record_is_not_allowed():
    assert not any(say.allows(record(23, b"GET / HTTP/1.1")) for say in tls.SAYS)

"""The posture against servers that answer exactly as they are configured: whatever is said to be settled is so, and fifteen hellos are never exceeded."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.cipher_suites import all_suites
from inventory.errors import PeerError, TimedOut
from inventory.model import Endpoint
from scanner.codecs.tls_codec import VERSIONS
from scanner.codecs.tls_hello import SUITES_AT_ONCE
from scanner.conversation import Depth, Target
from scanner.protocols import tls
from scanner.tls.group_names import WEAK_CURVES
from scanner.tls.offers import everything
from scanner.tls.posture import CLASSES
from scanner.tls.primes import prime_name
from scanner.tls.questioning import HELLOS
from scanner.tls.suites import KINDS, candidates, kinds
from tests.holding import hold_with
from tests.tls.simulated import CLOSES, Configuration, Server

EXCHANGES = {suite.code: suite.exchange for suite in all_suites().values()}
TARGET = Target(Endpoint("192.0.2.1", 443), depth=Depth.POSTURE)
MODERN = {"TLSv1.2": ("c02b", "c02f", "c02c", "c030", "cca9", "cca8"), "TLSv1.3": ("1302", "1303", "1301")}
_OPENSSL_10 = ("c014", "c00a", "0039", "0038", "0035", "c013", "c009", "0033", "0032", "002f", "000a")
OPENSSL = {
    "TLSv1.0": _OPENSSL_10,
    "TLSv1.1": _OPENSSL_10,
    "TLSv1.2": ("c030", "c02f", "c028", "c027", "009f", "009e", "009d", "009c", *_OPENSSL_10),
}
CAMERA: dict[str, tuple[str, ...]] = dict.fromkeys(("SSLv3", "TLSv1.0"), ("0004", "0005", "000a", "0009", "0003"))
EVERYTHING = {version.name: candidates(version) for version in VERSIONS}
_NGINX = ("c030", "c02f", "cca8", "c028", "c027", "c014", "c013", "009d", "009c", "0035", "002f")
NGINX = {"TLSv1.2": _NGINX, "TLSv1.3": MODERN["TLSv1.3"]}


def ask(configuration, target=TARGET, facts=None):
    """Identification, then the posture in a conversation of its own: the facts of both, and the servers that were asked."""
    first, second = Server(configuration, EXCHANGES), Server(configuration, EXCHANGES)
    before = facts or hold_with(tls.probe(replace(target, depth=Depth.VERSIONS)), first.answer).facts
    heard = hold_with(tls.probe(replace(target, before=before)), second.answer)
    return {**before, **heard.facts}, (first, second)


def true_kinds(configuration):
    accepted = [c for suites in configuration.suites.values() for c in suites if usable(c, configuration)]
    return {kind for code in accepted for kind in kinds(code)}


def usable(code, configuration):
    return EXCHANGES[code] not in ("ECDH", "any") or bool({23, 29}.intersection(configuration.groups))


def told(facts, kind):
    return any(kind in kinds(text.partition(" 0x")[2]) for text in facts["tls.accepted"])


def check(facts, configuration):
    """Whatever was said is so."""
    settled = set(facts["tls.settled"])
    accepted = {(v, c) for v, suites in configuration.suites.items() for c in suites}
    assert {tuple(text.split(" 0x")) for text in facts["tls.accepted"]} <= accepted
    for kind in settled.intersection(KINDS):
        assert told(facts, kind) == (kind in true_kinds(configuration)), kind
    ecdhe = any(
        EXCHANGES[c] == "ECDH" for v, s in configuration.suites.items() if v not in ("SSLv3", "TLSv1.3") for c in s
    )
    weak = ecdhe and bool(set(WEAK_CURVES).intersection(configuration.groups))
    if "weak-curves" in settled:
        assert (
            any(name[:7] in ("sect163", "sect193", "secp160", "secp192") for name in facts.get("tls.groups", ()))
            == weak
        )
    if "compression" in settled and "tls.compression" in facts:
        assert facts["tls.compression"] is configuration.compression
    if "tls.fallback_scsv" in facts:
        assert facts["tls.fallback_scsv"] is configuration.fallback
    if "tls.preference" in facts:
        assert facts["tls.preference"] == ("server" if configuration.server_decides else "client")
    assert {text.partition(":")[0] for text in facts["tls.unsettled"]} == set(CLASSES) - settled


ALL = Configuration(EVERYTHING, groups=(23, 29, 1, 19))
COSTS = {
    "TLS 1.2 and 1.3, modern": (Configuration(MODERN, server_decides=True), 11),
    "TLS 1.2 and 1.3, nginx": (Configuration(NGINX, server_decides=True), 12),
    "TLS 1.0 to 1.2, OpenSSL 1.0": (Configuration(OPENSSL), 13),
    "TLS 1.0 to 1.2, OpenSSL 1.0, its own order": (Configuration(OPENSSL, server_decides=True), 13),
    "SSL 3.0 and TLS 1.0, a camera of 2008": (Configuration(CAMERA), 14),
    "everything": (ALL, 14),
    "everything, its own order": (replace(ALL, server_decides=True), 14),
    "TLS 1.3 alone": (Configuration({"TLSv1.3": MODERN["TLSv1.3"]}), 6),
}


@pytest.mark.parametrize("name", COSTS)
def test_a_typical_server_is_settled_at_its_cost(name):
    configuration, hellos = COSTS[name]
    facts, _ = ask(configuration)
    check(facts, configuration)
    assert (facts["tls.hellos"], facts["tls.unsettled"]) == (hellos, ())


def test_the_extensions_and_the_clock_are_told():
    configuration = Configuration(OPENSSL, extensions=frozenset((4, 15, 22, 23, 0xFF01)), clock=1_700_000_000)
    facts, _ = ask(configuration)
    expected = {
        "tls.extended_master_secret": True,
        "tls.encrypt_then_mac": True,
        "tls.secure_renegotiation": True,
        "tls.heartbeat": True,
        "tls.truncated_hmac": True,
        "tls.tickets": False,
        "tls.dh_bits": 2048,
    }
    assert {name: facts.get(name) for name in expected} == expected
    assert facts["tls.clock"].startswith("2023-11-14T22:13:2")


@pytest.mark.parametrize("name", ["", "camera.test"])
def test_random_bytes_are_no_clock(name):
    facts, _ = ask(Configuration(OPENSSL), replace(TARGET, name=name))
    assert "tls.clock" not in facts


def test_another_leaf_without_a_name_is_told():
    facts, _ = ask(Configuration(OPENSSL, nameless_leaf=b"another"), replace(TARGET, name="camera.test"))
    assert facts["tls.nameless_sha256"] == hashlib.sha256(b"another").hexdigest()


def test_a_server_that_chokes_on_long_hellos_is_found_by_short_ones():
    facts, _ = ask(Configuration({**OPENSSL, "TLSv1.2": ("c02f", *_OPENSSL_10)}, chokes_above=60))
    assert facts["tls.versions"] == ("TLSv1.0", "TLSv1.1", "TLSv1.2")
    assert "versions" in facts["tls.settled"]


def test_a_server_that_only_hangs_up_is_believed_once_it_answers_again():
    facts, _ = ask(Configuration(MODERN, refuses_by=CLOSES))
    assert facts["tls.unsettled"] == ()


@pytest.mark.parametrize(("groups", "weak"), [((23,), False), ((23, 1), True)])
def test_the_curve_of_its_own_certificate_is_offered_behind_the_weak_ones(groups, weak):
    key = {"tls.key_type": "ec", "tls.curve": "secp256r1", "tls.hellos": 3, "tls.settled": ("versions",)}
    configuration = Configuration(MODERN, groups=groups, needs_group=23)
    before, _ = ask(configuration, replace(TARGET, depth=Depth.VERSIONS))
    facts, _ = ask(configuration, facts={**before, **key})
    assert "weak-curves" in facts["tls.settled"]
    assert ("sect163k1" in facts["tls.groups"]) is weak


def test_what_a_server_that_falls_silent_was_not_asked_is_said():
    server = Server(Configuration(OPENSSL, dies_after=2), EXCHANGES)
    before = ask(Configuration(OPENSSL))[0] | {"tls.settled": ("versions",), "tls.unsettled": (), "tls.hellos": 4}
    heard = hold_with(
        tls.probe(replace(TARGET, before={**before, "tls.accepted": before["tls.suites"]})), server.answer
    )
    assert isinstance(heard.failed, TimedOut)
    assert "compression: it left 2 hellos without an answer" in heard.facts["tls.unsettled"]
    assert heard.facts["tls.hellos"] == 9


def test_a_hello_stays_as_short_as_those_that_were_answered_before():
    _, servers = ask(ALL)
    assert all(
        size < 256 for s in servers for offer, size in zip(s.hellos, s.sizes, strict=True) if offer.version < 0x0304
    )


def test_a_well_known_prime_has_its_name():
    # RFC 2409, section 6.2: the second Oakley group
    digits = """
        FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD EF9519B3 CD3A431B
        302B0A6D F25F1437 4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED EE386BFB 5A899FA5 AE9F2411 7C4B1FE6
        49286651 ECE65381 FFFFFFFF FFFFFFFF
    """
    prime = int("".join(digits.split()), 16)
    assert prime_name(prime) == "Oakley group 2"
    assert len(prime_name(prime + 2)) == 64


@st.composite
def configurations(draw):
    """Any server: versions without a gap, each with any suites of its own in any order, one of them among those that its first hello offers."""
    suites = {}
    first, last = sorted((draw(st.integers(0, 4)), draw(st.integers(0, 4))))
    for version in VERSIONS[first : last + 1]:
        usual = [code for code in everything(version).suites if EXCHANGES.get(code, "ECDH") != "ECDH"]
        listed = draw(st.lists(st.sampled_from(candidates(version)), max_size=12, unique=True))
        suites[version.name] = tuple(draw(st.permutations(sorted({*listed, draw(st.sampled_from(usual))}))))
    return Configuration(
        suites,
        server_decides=draw(st.booleans()),
        groups=draw(st.sampled_from([(23, 29), (29,), (23, 1), (19, 23), (4, 23, 29)])),
        prime_bits=draw(st.sampled_from([512, 1024, 2048])),
        compression=draw(st.booleans()),
        fallback=draw(st.booleans()),
        extensions=draw(st.sampled_from([frozenset(), frozenset((22, 23, 35, 0xFF01)), frozenset((15, 4, 23))])),
        refuses_by=draw(st.sampled_from(["alert", CLOSES])),
        nameless_leaf=draw(st.sampled_from([b"", b"another"])),
        chokes_above=draw(st.sampled_from([0, 0, 0, 60, 40])),
        dies_after=draw(st.sampled_from([0, 0, 0, 6, 3])),
        clock=draw(st.sampled_from([0, 1_700_000_000])),
    )


@settings(max_examples=100, deadline=None)
@given(configurations(), st.sampled_from(["", "camera.test"]))
def test_any_server_is_told_of_rightly_in_fifteen_hellos(configuration, name):
    try:
        facts, servers = ask(configuration, replace(TARGET, name=name))
    except PeerError:
        return
    if not facts["tls.versions"]:
        return
    sizes = [size for server in servers for size in server.sizes]
    assert facts["tls.hellos"] <= HELLOS
    assert len(sizes) <= HELLOS
    assert all(len(offer.suites) <= SUITES_AT_ONCE for server in servers for offer in server.hellos)
    check(facts, configuration)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.cipher_suites import all_suites
from inventory.errors import PeerClosed, PeerError, TimedOut, Unreached
from inventory.model import Endpoint
from scanner.codecs.tls_codec import SSL30, TLS10, TLS11, TLS12, TLS13, VERSIONS
from scanner.codecs.tls_hello import SUITES_AT_ONCE
from scanner.conversation import Depth, Read, Reconnect, Send, Target
from scanner.protocols import tls
from scanner.tls.asking import Asker
from scanner.tls.enumeration import Enumeration, lists
from scanner.tls.full import in_full
from scanner.tls.groups import find_groups
from tests.holding import hold_with
from tests.protocols.simulated_tls import Offer, Server, message, record_of

TARGET = Target(Endpoint("192.0.2.1", 443))
MODERN = ("c02f", "c030", "009e", "0033", "002f", "0005")
RARE = ("008c", "c01d", "001e", "fefe")  # PSK, SRP, KRB5 and one of Netscape's: of several lists


# A ServerHello of TLS 1.2 with 0xc02f (RFC 5246 section 7.4.1.3) without its last byte.
HELLO_12 = message(2, b"\x03\x03" + bytes(33) + b"\xc0\x2f\x00")[:-1]


class Junk:
    """A server that says these things over and over, one a connection."""

    def __init__(self, answers, end):
        self._answers, self._end, self._left, self.connections = answers, end, b"", 0

    def answer(self, step):
        if isinstance(step, Send):
            self._left = self._answers[self.connections % len(self._answers)] if self._answers else b""
            self.connections += 1
        if not isinstance(step, Read):
            return b""
        if len(self._left) < step.size:
            raise self._end
        taken, self._left = self._left[: step.size], self._left[step.size :]
        return taken


def enumerate_all(server, *spoken):
    enumeration = Enumeration(Asker(TARGET), frozenset(spoken))
    hold_with(enumeration.run(), server.answer)
    return enumeration


def said(server):
    return all(any(say.allows(hello) for say in tls.SAYS) for hello in server.hellos)


_SUITES = {
    v: st.lists(st.sampled_from([c for codes in lists(v) for c in codes]), unique=True, max_size=90) for v in VERSIONS
}


@settings(deadline=None, max_examples=40)
@given(
    st.fixed_dictionaries({version.code: suites for version, suites in _SUITES.items()}),
    st.sampled_from(["server", "client"]),
    st.sampled_from(["alert", "close"]),
    st.sampled_from([1000, 20]),
)
def test_every_accepted_suite_is_found_and_no_other(accepts, prefers, refuses, most):
    server = Server(accepts, prefers, refuses=refuses, most=most)
    found = enumerate_all(server, *VERSIONS)
    wanted = {version: set(accepts[version.code]) for version in VERSIONS if accepts[version.code]}
    assert {version: set(codes) for version, codes in found.accepted.items()} == wanted
    assert not [reason for reason in found.unsettled if reason.startswith("suites")]
    pairs = sum(map(len, accepts.values()))
    order = pairs if prefers == "server" else 0
    lists_refused = sum(len(lists(version)) + 3 for version in VERSIONS) * (
        1 if most > 64 and refuses == "alert" else 6
    )
    assert len(server.hellos) <= pairs + order + lists_refused + 2
    assert said(server)


@settings(deadline=None, max_examples=20)
@given(st.permutations([code for codes in lists(TLS12) for code in codes[::4]]))
def test_a_server_s_own_order_is_found_across_lists(order):
    found = enumerate_all(Server({0x0303: order}), TLS12)
    assert found.preference == "server"
    assert list(found.accepted[TLS12]) == list(order)


@pytest.mark.parametrize("prefers", ["server", "client"])
def test_tells_who_decides(prefers):
    assert enumerate_all(Server({0x0303: MODERN[::-1]}, prefers), TLS12).preference == prefers


def test_one_suite_does_not_tell_who_decides():
    assert enumerate_all(Server({0x0303: ["002f"]}), TLS12).preference == ""


def test_a_version_that_is_not_spoken_costs_one_hello():
    server = Server({0x0303: MODERN})
    found = enumerate_all(server, TLS12)
    versions = [Offer(hello).version for hello in server.hellos]
    assert found.accepted.keys() == {TLS12}
    assert [versions.count(version.code) for version in (SSL30, TLS10, TLS11, TLS13)] == [1, 1, 1, 1]


def test_a_version_with_rare_suites_alone_is_found_though_its_first_hello_was_refused():
    assert set(enumerate_all(Server({0x0301: RARE})).accepted[TLS10]) == set(RARE)


@pytest.mark.parametrize("chokes", ["close", "silence"])
def test_a_server_that_chokes_on_long_hellos_is_asked_with_short_ones(chokes):
    server = Server({0x0303: MODERN}, most=20, chokes=chokes)
    found = enumerate_all(server, TLS12)
    assert set(found.accepted[TLS12]) == set(MODERN)
    assert [reason.partition(":")[0] for reason in found.unsettled] == ["tolerance"]


def test_a_server_that_chokes_on_extensions_is_asked_without():
    server = Server({0x0301: ["0005", "000a"]}, extensions=False)
    found = enumerate_all(server, TLS10)
    assert set(found.accepted[TLS10]) == {"0005", "000a"}
    assert not Offer(server.hellos[-1]).extensions


def test_a_suite_that_a_server_cannot_even_hear_of_leaves_its_neighbours_open():
    server = Server({0x0303: MODERN}, poison="008c")
    found = enumerate_all(server, TLS12)
    assert set(found.accepted[TLS12]) == set(MODERN)
    assert "suites: TLSv1.2: it hung up on some of them, though it refuses others with an alert" in found.unsettled


def test_a_pick_that_was_not_offered_is_said_and_ends_the_list():
    server = Server({0x0303: ["002f"]}, stubborn="0004")
    found = enumerate_all(server, TLS12)
    assert "002f" in found.accepted[TLS12]
    assert "suites: TLSv1.2: it picks 0x0004, which was not offered" in found.unsettled
    assert len(server.hellos) < 40


def test_silence_as_a_refusal_is_waited_for_a_few_times_only():
    server = Server({version.code: MODERN for version in VERSIONS if version is not TLS13}, refuses="silence")
    found = enumerate_all(server, TLS12, TLS11, TLS10, SSL30)
    assert set(found.accepted[TLS12]) == set(MODERN)
    assert "suites: TLSv1.2: it falls silent" in found.unsettled
    silences = len(server.hellos) - sum(map(len, found.accepted.values()))
    assert silences <= 8


@pytest.mark.parametrize("after", [0, 3, 7])
def test_a_server_that_stops_answering_leaves_what_was_found_and_what_was_not(after):
    server = Server({0x0303: MODERN, 0x0301: MODERN}, falls_silent_after=after)
    found = enumerate_all(server, TLS12, TLS10)
    assert len(found.accepted.get(TLS12, ())) == min(after, len(MODERN))
    assert any(reason.startswith("suites: TLSv1.0") for reason in found.unsettled)


def test_a_connection_that_fails_ends_it_with_its_reason():
    server, connections = Server({0x0303: MODERN}), []

    def answer(step):
        connections.extend([step] * isinstance(step, Reconnect))
        if len(connections) > 3:
            raise Unreached("connection refused")
        return server.answer(step)

    enumeration = Enumeration(Asker(TARGET), frozenset((TLS12,)))
    hold_with(enumeration.run(), answer)
    assert len(enumeration.accepted[TLS12]) == 4
    assert enumeration.unsettled[0] == "suites: TLSv1.2: connection refused"
    assert len(connections) == 4


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_every_suite_of_a_version_stands_in_one_list(version):
    offered = [code for codes in lists(version) for code in codes]
    assert len(offered) == len(set(offered))
    older = {"SSLv3": 0x0300, "TLSv1": 0x0301, "TLSv1.2": 0x0303}
    known = {suite.code for suite in all_suites().values() if older.get(suite.since, 0x0400) <= version.code}
    thirteen = {suite.code for suite in all_suites().values() if suite.since == "TLSv1.3"}
    assert set(offered) == (thirteen if version is TLS13 else known)


def test_no_hello_is_longer_than_what_old_balancers_bear():
    server = Server({version.code: ["c013"] for version in VERSIONS if version is not TLS13}, groups=(0x1A,))
    found = enumerate_all(server, *VERSIONS)
    assert list(found.accepted[TLS12]) == ["c013"]  # on a rare curve, for which all curves had to be offered
    below = [hello for hello in server.hellos if Offer(hello).version < 0x0304]
    assert max(len(hello) - 5 for hello in below) < 256
    assert max(len(Offer(hello).suites) for hello in below) < SUITES_AT_ONCE


def test_the_smallest_prime_of_all_is_kept():
    assert enumerate_all(Server({0x0303: MODERN}, prime=(1 << 1023) + 1), TLS12).prime == (1 << 1023) + 1


def find(server, accepted):
    found: list[int] = []
    hold_with(find_groups(Asker(TARGET), accepted, found), server.answer)
    return found


def test_every_group_is_found_in_the_server_s_order():
    groups = (0x17, 0x1D, 0x06, 0x1A)
    assert find(Server({0x0303: ["c02f"]}, groups=groups), {TLS12: ["c02f"]}) == list(groups)


def test_the_groups_of_tls_13_are_named_by_retries():
    server = Server({0x0304: ["1301"]}, groups=(0x11EC, 0x1D, 0x0100))
    assert find(server, {TLS13: ["1301"]}) == [0x11EC, 0x1D, 0x0100]
    assert len(server.hellos) == 4


def test_a_curve_that_was_not_offered_ends_the_asking():
    class Stubborn(Server):
        def _flight(self, record):
            self.accepts, group = {0x0303: ["c02f"]}, 0x17
            return self._hello(Offer(record), "c02f", group), PeerError

    server = Stubborn({})
    assert find(server, {TLS12: ["c02f"]}) == [0x17]
    assert len(server.hellos) == 2


def test_in_full_everything_is_settled_and_ssl_2_is_asked_for():
    server, sent = Server({0x0303: MODERN, 0x0304: ["1301"]}, "client", prime=(1 << 1023) + 1), []

    def answer(step):
        sent.extend([step.data] if isinstance(step, Send) else [])
        return server.answer(step)

    heard = hold_with(tls.probe(Target(TARGET.endpoint, depth=Depth.FULL)), answer)
    assert heard.facts["tls.versions"] == ("TLSv1.2", "TLSv1.3")
    assert set(heard.facts["tls.accepted"]) == {*(f"TLSv1.2 0x{code}" for code in MODERN), "TLSv1.3 0x1301"}
    assert {"suites", "groups", "server-preference", "sslv2"} <= set(heard.facts["tls.settled"])
    assert heard.facts["tls.unsettled"] == ()
    assert heard.facts["tls.preference"] == "client"
    assert heard.facts["tls.groups"] == ("secp256r1",)
    assert heard.facts["tls.dh_bits"] == 1024
    assert heard.facts["tls.hellos"] == len(server.hellos) + 1  # that for SSL 2.0 is not among these
    assert len([data for data in sent if data[0] == 0x80]) == 1
    assert all(any(say.allows(data) for say in tls.SAYS) for data in sent)
    assert set(heard.facts) <= set(tls.FACTS)


def test_what_it_chokes_on_is_a_fact_and_leaves_nothing_open():
    known = {"tls.versions": ("TLSv1.2",), "tls.intolerant": ("hellos of TLSv1.3",)}
    facts = hold_with(in_full(Asker(TARGET), known), Server({0x0303: MODERN}, most=20).answer)
    assert facts["tls.intolerant"] == ("hellos of TLSv1.3", "long hellos of TLSv1.2")
    assert facts["tls.unsettled"] == ()
    assert "suites" in facts["tls.settled"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(max_size=60), max_size=12), st.sampled_from([b"", HELLO_12]), st.booleans())
def test_in_full_junk_ends_in_facts_or_in_a_peer_error(junk, start, silent):
    answers = [record_of(start + piece) if start else piece for piece in junk]
    server = Junk(answers, TimedOut if silent else PeerClosed)
    try:
        heard = hold_with(tls.probe(Target(TARGET.endpoint, depth=Depth.FULL)), server.answer)
    except PeerError:
        return
    assert set(heard.facts) <= set(tls.FACTS)
    assert server.connections < 120

"""The rules of the lockout ledger, and the book in the inventory."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ledger import BORNE, DECIDED, NIGHT, Attempt, LooseBook, Ruling, Verdict, mark, rule
from inventory.store import Store

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FIRST = Attempt(("serial:acme:1", "address:192.0.2.1"), "80/tcp", "http", "acme", "admin", NOW, run="one")


def tried(verdict: Verdict = Verdict.REFUSED, hours: float = 1, **more: object) -> Attempt:
    return replace(FIRST, verdict=verdict, when=NOW - timedelta(hours=hours), **more)  # type: ignore[arg-type]  # by name


def test_a_first_attempt_is_allowed_and_one_failed_login_is_left() -> None:
    assert rule(FIRST, []) == Ruling(left=1)


@pytest.mark.parametrize("verdict", sorted(DECIDED))
def test_what_was_answered_within_a_night_stands(verdict: Verdict) -> None:
    old = tried(verdict, evidence=b"200 OK")
    assert rule(FIRST, [old]).stands == old
    assert rule(FIRST, [replace(old, when=NOW - NIGHT)]).stands is None


def test_the_newest_answer_stands() -> None:
    assert rule(FIRST, [tried(hours=5), tried(Verdict.OPENED, hours=2), tried(hours=3)]).stands == tried(
        Verdict.OPENED, hours=2
    )


def test_an_attempt_that_was_broken_off_is_no_answer_and_counts_as_failed() -> None:
    ruling = rule(FIRST, [tried(Verdict.UNREACHED)])
    assert (ruling.stands, ruling.barred, ruling.left) == (None, "", 0)


def test_an_account_is_offered_twice_in_a_night_whatever_the_port_and_protocol() -> None:
    past = [tried(port="23/tcp", protocol="telnet"), tried(port="22/tcp", protocol="ssh")]
    assert "this account was tried 2 times" in rule(FIRST, past, limit=20).barred
    assert rule(replace(FIRST, user="root"), past, limit=20).barred == ""


def test_an_account_that_opened_is_offered_twice_as_well_though_it_has_not_failed() -> None:
    past = [tried(Verdict.OPENED, port=f"{port}/tcp") for port in range(1, 3)]
    assert rule(FIRST, past[:1]) == Ruling(left=1)
    assert "this account was tried 2 times" in rule(FIRST, past).barred


@pytest.mark.parametrize(("limit", "borne"), [(0, 2), (1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (7, 5), (10, 8)])
def test_two_failures_are_left_of_what_the_maker_documents_and_two_are_made_where_he_does_not(
    limit: int, borne: int
) -> None:
    past: list[Attempt] = []
    while not rule(one := replace(FIRST, user=f"user {len(past)}"), past, limit).barred:
        past.append(replace(one, verdict=Verdict.REFUSED))
    assert len(past) == borne


def test_a_question_that_costs_nothing_is_neither_counted_nor_barred() -> None:
    past = [tried(user=f"user {n}", port=f"{n}/tcp") for n in range(4)]
    anonymous = replace(FIRST, account="control:anonymous", user="", costs=False)
    assert rule(anonymous, past).barred == ""
    assert rule(FIRST, [replace(anonymous, verdict=Verdict.REFUSED)] * 9).left == 1


def test_a_community_is_counted_by_its_entry_because_it_has_no_user() -> None:
    community = replace(FIRST, protocol="snmp", port="161/udp", user="", account="snmp-public", costs=False)
    past = [replace(community, verdict=Verdict.UNREACHED)] * 2
    assert "tried 2 times" in rule(community, past).barred
    assert rule(replace(community, account="snmp-private"), past).barred == ""


def test_a_device_that_spoke_of_a_lock_is_asked_for_nothing_for_a_night() -> None:
    anonymous = replace(FIRST, account="control:anonymous", user="", costs=False)
    locked = tried(Verdict.LOCKED, user="other", port="23/tcp")
    assert "said at 2026-11-21 01:00 UTC that it locks" in rule(FIRST, [locked]).barred
    assert "locks" in rule(anonymous, [locked]).barred
    assert rule(FIRST, [replace(locked, when=NOW - NIGHT)]).barred == ""


def test_the_same_question_is_asked_again_only_within_the_run_that_asked_it() -> None:
    assert rule(FIRST, [tried(run="one")], again=True).stands is None
    assert rule(FIRST, [tried(run="zero")], again=True).stands is not None


def test_a_random_pair_is_one_question_whatever_its_words_are() -> None:
    control = replace(FIRST, account="control:random", user="tc12", mark="aa")
    assert rule(control, [replace(control, user="tc34", mark="bb", verdict=Verdict.REFUSED)]).stands is not None


def test_another_password_of_the_same_entry_is_another_question() -> None:
    assert rule(replace(FIRST, mark="aa"), [tried(mark="bb")]).stands is None


def test_a_device_that_took_over_the_address_does_not_inherit_the_findings_but_the_failures() -> None:
    other = tried(Verdict.OPENED, names=("serial:acme:2", "address:192.0.2.1"))
    assert rule(FIRST, [other]).stands is None
    assert rule(FIRST, [replace(other, verdict=Verdict.REFUSED)]).left == 0
    assert rule(FIRST, [replace(other, names=("address:192.0.2.1",))]).stands is not None


def test_a_clock_that_was_set_back_forgets_nothing() -> None:
    assert "tried 2 times" in rule(FIRST, [tried(Verdict.UNREACHED, hours=-50)] * 2).barred


ATTEMPTS = st.lists(
    st.builds(
        Attempt,
        names=st.just(("serial:acme:1",)),
        port=st.sampled_from(("80/tcp", "23/tcp")),
        protocol=st.just("http"),
        account=st.sampled_from(("acme", "control:random", "control:anonymous")),
        user=st.sampled_from(("admin", "root", "")),
        when=st.integers(-48, 0).map(lambda hours: NOW + timedelta(hours=hours)),
        costs=st.booleans(),
        verdict=st.sampled_from(Verdict),
        run=st.sampled_from(("one", "two")),
    ),
    max_size=8,
)


@given(ATTEMPTS, st.integers(0, 12), st.booleans())
def test_whatever_happened_before_no_device_bears_more_than_its_limit_less_two(
    past: list[Attempt],
    limit: int,
    again: bool,
) -> None:
    ruling = rule(FIRST, past, limit, again=again)
    failures = sum(one.costs and one.verdict in BORNE and NOW - one.when < NIGHT for one in past)
    made = not ruling.barred and ruling.stands is None
    assert not made or failures + 1 <= (limit or 4) - 2
    assert ruling.left >= 0


# The books


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tocsin.db"


def enter(path: Path, user: str) -> bool:
    """Enter an attempt, as another process would."""
    with Store.open(path) as store:
        attempt = replace(FIRST, user=user)
        return not store.ledger.enter(attempt, partial(rule, attempt))[1].barred


def test_what_is_entered_is_there_for_the_next_run(path: Path) -> None:
    with Store.open(path) as store:
        number, ruling = store.ledger.enter(FIRST, partial(rule, FIRST))
        assert ruling == Ruling(left=1)
        store.ledger.settle(number, replace(FIRST, verdict=Verdict.OPENED, evidence=b"\xff200"))
    with Store.open(path) as store:
        (kept,) = store.ledger.tried(["serial:acme:1"])
        assert kept == replace(FIRST, verdict=Verdict.OPENED, evidence=b"\xff200")
        assert store.ledger.tried(["address:192.0.2.1"]) == [kept]
        assert store.ledger.tried(["serial:acme:3"]) == []
        assert store.ledger.enter(FIRST, partial(rule, FIRST))[1].stands == kept


def test_an_attempt_whose_process_died_counts_as_failed(path: Path) -> None:
    assert enter(path, "one")
    assert enter(path, "two")
    assert not enter(path, "three")


def test_what_never_reached_the_device_is_struck_out(path: Path) -> None:
    for book in (LooseBook(), Store.open(path).ledger):
        number, _ = book.enter(FIRST, partial(rule, FIRST))
        book.settle(number, None)
        assert not [one for one in book.tried(FIRST.names) if one.verdict in BORNE]


def test_processes_cannot_pass_the_cap_together(path: Path) -> None:
    Store.open(path).close()
    with ProcessPoolExecutor(4) as pool:
        allowed = list(pool.map(enter, [path] * 12, [f"user {n}" for n in range(12)]))
    assert allowed.count(True) == 2


def test_a_device_can_be_forgotten_and_old_attempts_are_pruned(path: Path) -> None:
    with Store.open(path) as store:
        book = store.ledger
        for attempt in (
            FIRST,
            replace(FIRST, names=("serial:acme:2",)),
            replace(FIRST, names=("mac:x",), when=NOW - timedelta(days=91)),
        ):
            book.enter(attempt, partial(rule, attempt))
        assert book.forget(["address:192.0.2.1"]) == 1
        book.prune(NOW)
        assert [one.names for one in book.everything()] == [("serial:acme:2",)]


def test_no_password_can_be_read_from_a_mark() -> None:
    assert len(mark("hunter2-the-password")) == 2
    assert mark("one") != mark("two")

"""Many nights over devices that are drawn at random, through the ledger and the memo as in a scan, judged by what the device itself has counted."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalogue import Catalogue, catalogue
from checks.contract import Answer, Login, Verdict
from checks.credentials import read
from checks.default_credentials import accepts_any_password, default_credentials
from inventory.findings import Outcome
from inventory.ledger import ATTEMPTS_PER_ACCOUNT, LooseBook
from inventory.model import Claim, Confidence, Device, Endpoint, Facts, Level, Observation, Status
from scanner.ledger import Ledger
from scanner.memo import Memo

FIRST = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
NIGHTS = 14
HEARD: dict[int, tuple[str, Facts]] = {
    80: ("http", {"http.auth": "basic"}),
    81: ("http", {"http.auth": "digest"}),
    23: ("telnet", {"telnet.prompt": "login"}),
    22: ("ssh", {}),
    21: ("ftp", {"ftp.code": 220}),
}
USERS, PASSWORDS = ("admin", "root", "service"), ("1234", "admin", "pass")


@dataclass
class Box:
    """A device: `ways` says of each port what opens it ("nothing", "anything", "broken", or a pair). It counts as devices do."""

    ways: dict[int, str | tuple[str, str]]
    now: datetime = FIRST
    failures: list[tuple[datetime, str]] = field(default_factory=list)
    offered: list[tuple[datetime, int, str, str]] = field(default_factory=list)

    def reply(self, question: Login) -> Answer:
        account, way = question.account, self.ways[question.endpoint.port]
        if account.anonymous:
            return Answer(Verdict.REFUSED)
        self.offered.append((self.now, question.endpoint.port, account.user, account.password))
        if way in ("anything", (account.user, account.password)):
            return Answer(Verdict.OPENED, b"# ")
        self.failures.append((self.now, account.user))
        return Answer(Verdict.UNREACHED if way == "broken" else Verdict.REFUSED, reason="reset")

    def lately(self) -> Counter[str]:
        """The failed logins of the last 24 hours by user."""
        return Counter(user for when, user in self.failures if self.now - when < timedelta(hours=24))


def scanned(box: Box, known: Catalogue, book: LooseBook, run: str) -> dict[str, Outcome]:
    """One night's outcomes by check."""
    ledger, identity = Ledger(book, run, lambda: box.now), "serial:1"
    device = Device(
        identity,
        ("192.0.2.1",),
        observations=tuple(
            Observation(Endpoint("192.0.2.1", port), HEARD[port][0], HEARD[port][1], b"", box.now) for port in box.ways
        ),
        claims=(Claim("vendor", "Acme", Confidence.CONFIRMED, "test"),),
    )

    async def put(question: Login) -> Answer:
        if question.remembered:
            return ledger.remembered(question, (identity,))
        entered = ledger.enter(question, (identity,), "192.0.2.99")
        if isinstance(entered, Answer):
            return entered
        return ledger.settle(entered, box.reply(question), reached=True)

    checks = [
        replace(one, judge=partial(one.judge, catalogue=known)) for one in (accepts_any_password, default_credentials)
    ]
    outcomes = asyncio.run(Memo(put).judge(device, device, checks, Level.LOGIN))
    return {outcome.check: outcome for outcome in outcomes}


PAIRS = st.lists(st.tuples(st.sampled_from(USERS), st.sampled_from(PASSWORDS)), min_size=1, max_size=4, unique=True)


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, list[list[tuple[str, str]]], list[int]]:
    texts, pairs, locks = [], [], []
    for number in range(draw(st.integers(1, 2))):
        protocols = draw(st.lists(st.sampled_from(("http", "telnet", "ssh", "ftp")), min_size=1, unique=True))
        lock, accounts = draw(st.sampled_from((0, 0, 3, 4, 5, 7))), draw(PAIRS)
        listed = ", ".join(f'{{ user = "{user}", password = "{password}" }}' for user, password in accounts)
        texts.append(
            f'[[entry]]\nid = "acme-{number}"\nvendor = "Acme"\nproducts = []\nprotocol = {sorted(protocols)}\n'
            f'accounts = [{listed}]\nlock_threshold = {lock}\nsource = "made"\n'
        )
        pairs.append(accounts)
        locks += [lock] if lock else []
    return "\n".join(texts), pairs, locks


@st.composite
def boxes(draw: st.DrawFn, pairs: Sequence[tuple[str, str]]) -> Box:
    ports = draw(st.lists(st.sampled_from(sorted(HEARD)), min_size=1, unique=True))
    ways: st.SearchStrategy[str | tuple[str, str]] = st.sampled_from(
        ("nothing", "nothing", "anything", "broken", *pairs)
    )
    return Box({port: draw(ways) for port in ports})


@pytest.mark.parametrize("hours", [25, 9])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_night_harms_and_no_verdict_lies(hours: int, data: st.DataObject) -> None:
    text, pairs, locks = data.draw(entries())
    known = catalogue(read(text, "made"), without=())
    box, book = data.draw(boxes([pair for one in pairs for pair in one])), LooseBook()
    found, lax = set[int](), set[int]()
    protocols = {entry.id: entry.protocols for entry in read(text, "made")}
    documented = {
        (port, account.user, account.password)
        for entry in read(text, "made")
        for account in entry.accounts
        for port in box.ways
        if HEARD[port][0] in protocols[entry.id]
    }
    for night in range(NIGHTS):
        box.now = FIRST + night * timedelta(hours=hours)
        outcomes = scanned(box, known, book, f"run {night}")
        failed = box.lately()
        assert failed.total() <= max(0, min(locks, default=4) - 2)
        assert max(failed.values(), default=0) <= ATTEMPTS_PER_ACCOUNT
        default, anything = outcomes["default-credentials"], outcomes["accepts-any-password"]
        opened = {finding.endpoint.port for finding in default.findings}
        anybody = {finding.endpoint.port for finding in anything.findings}
        assert all(isinstance(box.ways[port], tuple) for port in opened)
        assert all(box.ways[port] == "anything" for port in anybody)
        lately = {one[1:] for one in box.offered if box.now - one[0] < timedelta(days=30)}
        if default.status is Status.PASSED:
            assert {
                one for one in documented if isinstance(box.ways[one[0]], tuple) or box.ways[one[0]] == "nothing"
            } <= lately
        if anything.status is Status.PASSED:
            assert {port for _, port, *_ in box.offered} >= set(box.ways)
        found, lax = found | opened, lax | anybody
    if hours < 24 or min(locks, default=4) < 3 or len(documented) > NIGHTS - 4:
        return
    assert found >= {port for port, way in box.ways.items() if isinstance(way, tuple) and (port, *way) in documented}
    assert lax >= {port for port, way in box.ways.items() if way == "anything"}

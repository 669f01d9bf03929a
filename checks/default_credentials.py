"""The device lets in whoever knows its manual, or whoever types anything at all.

What: two checks, at level login only. Each HTTP (Basic, Digest), Telnet and SSH login is first asked two control questions: one without credentials,
which must not open, and one with a random pair, which must be refused. A login that the random pair opens accepts any password
(accepts-any-password). Otherwise the accounts that the maker documents for this very product are tried, the likeliest first, at most twice for one
account name, and the first that opens ends it (default-credentials). No list of passwords is run through, and a device that was not identified is not
tried.

Why it matters in a city: this is how the Mirai worms took half a million cameras and recorders. The default account is in the manual, the manual is
on the web, and it mostly opens everything: picture, configuration, firmware.

How to fix: give the device a password of its own today, kept in the city's password store, and remove or lock the accounts you do not need. Then look
through the device's log for strangers, and see that it cannot be reached from outside. A login that accepts anything must be turned off at once; if
the firmware offers no true one, take the device off the network until it is replaced.
"""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

from checks.contract import (
    Account,
    Answer,
    Asking,
    Flaw,
    Inconclusive,
    Judgement,
    Login,
    NotApplicable,
    Verdict,
    ask,
    check,
)
from checks.credentials import Entry, documented, without_default
from checks.doors import HEARD, Door
from checks.doors import doors as doors_of
from inventory.model import Device, Endpoint, Family, Level, Severity

ATTEMPTS_PER_ACCOUNT = 2
"""How often one account name is tried on one device; a success does not count."""
ANONYMOUS = Account("control:anonymous", "", "")
_STANDARDS = (
    "ETSI EN 303 645 v3.1.3: 5.1-1",
    "UK PSTI SI 2023/1007 Schedule 1: 1(2)",
    "EU CRA 2024/2847 Annex I: Part I (2)(b)",
    "CIS Controls v8.1: 4.7",
    "OWASP IoT Top 10 2018: I1",
)


@check(
    id="default-credentials",
    title="A documented default account opens the device",
    severity=Severity.CRITICAL,
    family=Family.CREDENTIALS,
    needs=HEARD,
    level=Level.LOGIN,
    remedy="Give the account a password of its own today, then look through the device's log for strangers.",
    standards=("CWE-1392", *_STANDARDS),
)
def default_credentials(device: Device) -> Judgement:
    """The accounts documented for the identified product, on each login that passed its controls."""
    doors, entries = _doors(device), _entries(device)
    told: list[str] = []
    doubts: list[str] = []
    asking: list[Door] = []
    for door in doors:
        if not any(door.protocol in entry.protocols for entry in entries):
            told.append(f"{door}: no default account is documented")
            continue
        control = yield from _controls(device, door)
        if control.verdict is Verdict.REFUSED:
            asking.append(door)
        elif control.verdict in {Verdict.OPENED, Verdict.NO_LOGIN_ASKED}:
            accepting = control.verdict is Verdict.OPENED
            told.append(
                f"{door}: {'accepts any password, which is reported as that' if accepting else 'asks for no login'}"
            )
        else:
            doubts.append(_doubt(door, control))
    yield from _try(device, asking, entries, doubts)
    if doubts:
        raise Inconclusive("; ".join(doubts))
    if not asking:
        raise NotApplicable("; ".join(told))
    tried = f"no documented default account opens {', '.join(map(str, asking))}"
    return "; ".join([tried, *told])


@check(
    id="accepts-any-password",
    title="The login accepts any password",
    severity=Severity.CRITICAL,
    family=Family.CREDENTIALS,
    needs=HEARD,
    level=Level.LOGIN,
    remedy="Turn this service off, or take the device off the network until its login works or it is replaced.",
    standards=("CWE-287", *_STANDARDS[2:]),
)
def accepts_any_password(device: Device) -> Judgement:
    """A user and a password that nobody ever set, on each login."""
    doubts: list[str] = []
    refusing: list[str] = []
    for door in _doors(device):
        control = yield from _controls(device, door)
        if control.verdict is Verdict.OPENED:
            detail = f"A random user name with a random password opened {door}, so its login is none."
            yield Flaw(door.endpoint, detail, control.evidence)
        elif control.verdict is Verdict.REFUSED:
            refusing.append(str(door))
        elif control.verdict is not Verdict.NO_LOGIN_ASKED:
            doubts.append(_doubt(door, control))
    if doubts:
        raise Inconclusive("; ".join(doubts))
    return f"a random pair was refused by {', '.join(refusing)}" if refusing else "asks for no login"


def random_pair(device: Device, endpoint: Endpoint) -> Account:
    """The pair that nobody ever set: drawn from the device's identity, so that both checks put one and the same question.

    Each endpoint has a pair of its own: one account is tried twice at most, and a device may have more than two logins.
    """
    digest = sha256(
        f"tocsin control pair\0{device.identity}\0{endpoint.port}/{endpoint.transport}".encode()
    ).hexdigest()
    return Account("control:random", f"tc{digest[:8]}", f"Q{digest[8:19]}")


def _doors(device: Device) -> tuple[Door, ...]:
    """The logins that can be tried; where there are none, why."""
    found = doors_of(device)
    if found:
        return found
    gaps = [f"{gap.protocol} on {gap.endpoint}: {gap.reason}" for gap in device.gaps if gap.protocol in HEARD]
    if gaps:
        raise Inconclusive("; ".join(gaps))
    if any(seen.facts.get("http.password_form") for seen in device.speaking("http")):
        raise NotApplicable("its only login is a web form, and forms are not tried")
    raise NotApplicable("offers no login")


def _entries(device: Device) -> tuple[Entry, ...]:
    entries = documented(device)
    if entries:
        return entries
    names = [claim.value for claim in (device.claim("vendor"), device.claim("model")) if claim]
    if device.claim("vendor") is None:
        raise NotApplicable("its maker was not identified, so no documented account is known to try")
    if why := without_default(device):
        raise NotApplicable(f"its maker documents no default account: {why}")
    raise NotApplicable(f"no default account is documented for {' '.join(names)}")


def _controls(device: Device, door: Door) -> Asking[Answer]:
    """REFUSED where the login is a true one, OPENED where it accepts anything, NO_LOGIN_ASKED where there is none; else what kept us from knowing."""
    threshold = _threshold(device)
    if door.protocol == "http":
        anonymous = yield from ask(Login(door.endpoint, door.protocol, ANONYMOUS, threshold))
        if anonymous.verdict is Verdict.OPENED:
            return Answer(Verdict.NO_LOGIN_ASKED)
        if anonymous.verdict is not Verdict.REFUSED:
            return anonymous
    return (yield from ask(Login(door.endpoint, door.protocol, random_pair(device, door.endpoint), threshold)))


def _threshold(device: Device) -> int:
    """The strictest documented lock of the product, the same for every question; 0 where none is documented."""
    return min((entry.lock_threshold for entry in documented(device) if entry.lock_threshold), default=0)


def _try(device: Device, doors: list[Door], entries: tuple[Entry, ...], doubts: list[str]) -> Judgement:
    """Try the likeliest account on every door, then the next; what is left unknown goes to `doubts`."""
    threshold, failures = _threshold(device), Counter[str]()
    shut = set(doors)
    for account, door in _trials(entries, doors):
        if door not in shut:
            continue
        if failures[account.user] >= ATTEMPTS_PER_ACCOUNT:
            doubts.append(
                f"{door}: {account.user!r} was left alone after {ATTEMPTS_PER_ACCOUNT} refusals on this device"
            )
            continue
        answer = yield from ask(Login(door.endpoint, door.protocol, account, threshold))
        if answer.verdict is Verdict.OPENED:
            shut.remove(door)
            yield Flaw(door.endpoint, _detail(door, account), answer.evidence)
        elif answer.verdict is Verdict.REFUSED:
            failures[account.user] += 1
        elif answer.verdict is not Verdict.NO_LOGIN_ASKED:
            doubts.append(_doubt(door, answer))
            shut.remove(door)
        if answer.verdict is Verdict.LOCKED:
            break
    return ""


def _trials(entries: tuple[Entry, ...], doors: list[Door]) -> Iterator[tuple[Account, Door]]:
    """Account by account, the likeliest first, each on all the doors that its entry names."""
    longest = max((len(entry.accounts) for entry in entries), default=0)
    asked: set[tuple[Door, str, str]] = set()
    for rank in range(longest):
        for entry in entries:
            for door in doors:
                if rank >= len(entry.accounts) or door.protocol not in entry.protocols:
                    continue
                account = entry.accounts[rank]
                if (door, account.user, account.password) not in asked:
                    asked.add((door, account.user, account.password))
                    yield account, door


def _detail(door: Door, account: Account) -> str:
    return (
        f"The documented default account {account.user!r} (catalogue entry {account.id}) opened {door};"
        " a random pair was refused there."
    )


def _doubt(door: Door, answer: Answer) -> str:
    return f"{door}: {answer.verdict.value}{f' ({answer.reason})' if answer.reason else ''}"

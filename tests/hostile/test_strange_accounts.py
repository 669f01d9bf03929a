"""Every driver with accounts that a keyboard has trouble with: they arrive in UTF-8 as they stand, or the reason says why they did not."""

import asyncio
from dataclasses import dataclass, replace
from ipaddress import ip_network

import pytest

from checks.contract import Account, Answer, Login, Verdict
from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.logins import load_logins
from scanner.pace import PACES
from scanner.scope import Grant, Scope
from scanner.wire import Wire
from tests.hostile import tattle, tattlers
from tests.hostile.street import SHIFT, STREET, Hostile, Told, standing

DOORS = {
    "telnet": 23,
    "ssh": 22,
    "ftp": 21,
    "http": 80,
    "http-form": 8081,
    "rtsp": 554,
    "sip": 5060,
    "mqtt": 1883,
    "vnc": 5900,
    "ipmi": 623,
    "snmp": 161,
    "snmpv3": 161,
    "redis": 6379,
    "postgresql": 5432,
    "mysql": 3306,
}
DATAGRAMS = frozenset(("sip", "ipmi", "snmp", "snmpv3"))
STRANGE = {
    "not ASCII": Account("own", "Jürgen", "Grüße-und-тест-🔑", "sha"),
    "no user": Account("own", "", "Kastanie7Qz-alone", "sha"),
    "of another grammar": Account("own", "O'Neil", "a\"b'c\\d;e,f=g%h&i<j> {k}", "sha"),
    "long": Account("own", "u" * 128, "Kastanie" * 16, "sha"),
    "blanks": Account("own", " blank ", "  Kastanie blanks  ", "sha"),
}


@dataclass(frozen=True, slots=True)
class Offered:
    """What each driver made of an account, what the device was told, and what was written of it."""

    answers: dict[str, Answer]
    told: Told
    audit: bytes


async def offer(wire: Wire, device: Hostile, account: Account) -> dict[str, Answer]:
    answers = {}
    for name, port in DOORS.items():
        endpoint = Endpoint(device.address, port, "udp" if name in DATAGRAMS else "tcp")
        question = Login(endpoint, name, account, 99, path="/" if name == "http-form" else "", form="html")
        names = (f"{device.address} by {name}",)  # for the ledger each is a device of its own
        answers[name] = await wire.login(load_logins()[name], question, tls=False, names=names)
    return answers


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Offered]:
    """Each account is offered to a device of its own, all at the same time."""
    trail = tmp_path_factory.mktemp("strange") / "audit.jsonl"
    devices = [replace(tattlers.devices()[0], host=10 + number, told=Told()) for number in range(len(STRANGE))]
    grant = Grant((ip_network(f"{STREET}.0/26"),), (), Level.LOGIN, "the test", "lab")

    async def offer_all() -> list[dict[str, Answer]]:
        with Audit(trail) as audit:
            wire = Wire(Scope([grant]), PACES["lab"], audit, level=Level.LOGIN, shift=SHIFT)
            pairs = zip(devices, STRANGE.values(), strict=True)
            return await asyncio.gather(*(offer(wire, device, account) for device, account in pairs))

    with standing(devices):
        answers = asyncio.run(offer_all())
    found = zip(STRANGE, answers, devices, strict=True)
    return {kind: Offered(answer, device.told, trail.read_bytes()) for kind, answer, device in found}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_strange_account_arrives_as_it_stands(offered: dict[str, Offered], kind: str):
    foreign = {"", *(password for _, password in tattle.OWN.values())}
    assert set(offered[kind].told.passwords) - foreign == {STRANGE[kind].password}
    assert sum(answer.verdict is Verdict.REFUSED for answer in offered[kind].answers.values()) >= 3


@pytest.mark.parametrize("kind", STRANGE)
def test_where_it_was_not_refused_it_is_said_why(offered: dict[str, Offered], kind: str):
    silent = (Verdict.REFUSED, Verdict.LOCKED, Verdict.NO_LOGIN_ASKED)
    others = {name: answer for name, answer in offered[kind].answers.items() if answer.verdict not in silent}
    assert {name for name, answer in others.items() if answer.verdict is Verdict.OPENED} == set()
    assert {name for name, answer in others.items() if not answer.reason} == set()


@pytest.mark.parametrize("kind", STRANGE)
def test_it_is_in_no_answer_and_in_no_line_of_the_audit(offered: dict[str, Offered], kind: str):
    said = [part for answer in offered[kind].answers.values() for part in (answer.evidence, answer.reason.encode())]
    kept = [part for part in (*said, offered[kind].audit) if STRANGE[kind].password.strip().encode() in part]
    assert kept == []

"""Whatever facts a device may bring about, it is identified, judged, scored, stored and rendered without an exception."""

import importlib
import pkgutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scanner.report
from checks.contract import Answer, Login, Verdict, load_checks, load_fleet_checks
from checks.firmware import firmware_age
from inventory.identity import identity_of
from inventory.known import Known
from inventory.model import Device, Endpoint, FactValue, Gap, Level, Observation, Status
from inventory.report import Assessment, Coverage, Report, Scan
from inventory.store import Store
from inventory.text import one_line, visible
from scanner.assess import assess, assess_fleet
from scanner.edition import Edition
from scanner.fingerprint import fingerprint, load_fingerprints
from scanner.path_page import path_page
from scanner.protocols import load_protocols
from scanner.score import score
from scanner.sheet import sheet
from scanner.terminal import printed
from tests.hostile.web_devices import DRESS

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
RENDERERS = [
    module
    for module in (
        importlib.import_module(f"scanner.report.{m.name}") for m in pkgutil.iter_modules(scanner.report.__path__)
    )
    if hasattr(module, "SUFFIX")
]
NAMELESS = {".prom"}
"""Formats that tell numbers only."""
OF_FINDINGS = {".cef"}
"""Formats that tell findings only, and nothing of a device without any."""
NUMBERS = {
    "http.status", "rtsp.status", "ftp.code", "mqtt.return_code", "modbus.unit", "tls.key_bits", "snmp.enterprise", "snmp.engine_boots",
    "snmp.engine_time", "snmp.sys_uptime",
}  # fmt: skip
TRUTHS = {"http.tls", "http.password_form", "mqtt.anonymous", "tls.self_signed"}
LISTS = {
    "http.cookies", "http.headers", "tls.versions", "tls.suites", "tls.sans", "tls.chain", "rtsp.public", "ssh.kex", "ssh.hostkey_algorithms",
    "ssh.ciphers", "ssh.macs",
}  # fmt: skip
WORDS = [
    "SSLv3",
    "TLSv1.0",
    "TLSv1.3",
    "md5",
    "sha1",
    "rsa",
    "ec",
    "login",
    "shell",
    "basic",
    "digest",
    "",
    DRESS,
    "9" * 400,
    "-1",
    "0000-00-00",
]
EXAMPLES = [(entry.fact, example.text) for entry in load_fingerprints() for example in entry.examples]


def texts(fact: str) -> st.SearchStrategy[str]:
    """Anything, words that checks look for, dates, what fingerprints match, and that with a little more around it; as a protocol would pass it on."""
    known = [text for name, text in EXAMPLES if name == fact] or WORDS
    moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat())
    dressed = st.tuples(st.text(max_size=8), st.sampled_from(known), st.text(max_size=8)).map("".join)
    return st.one_of(st.text(), st.sampled_from(WORDS), moments, st.sampled_from(known), dressed).map(one_line)


def values(fact: str) -> st.SearchStrategy[FactValue]:
    if fact in NUMBERS:
        return st.integers(-1, 2**64)
    if fact in TRUTHS:
        return st.booleans()
    if fact in LISTS:
        return st.lists(texts(fact), max_size=4).map(tuple)
    return texts(fact)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    protocol = draw(st.sampled_from(sorted(load_protocols().values(), key=lambda module: module.NAME)))
    chosen = draw(st.lists(st.sampled_from(sorted(protocol.FACTS)), unique=True))
    facts = {fact: draw(values(fact)) for fact in chosen}
    port = draw(st.one_of(st.sampled_from(protocol.PORTS or (49152,)), st.integers(1, 65535)))
    when = NOON + timedelta(seconds=draw(st.integers(0, 600)))
    return Observation(
        Endpoint("192.0.2.7", port, protocol.TRANSPORT), protocol.NAME, facts, draw(st.binary(max_size=64)), when
    )


@st.composite
def devices(draw: st.DrawFn) -> Device:
    seen = tuple(draw(st.lists(observations(), max_size=8, unique_by=lambda o: (o.endpoint, o.protocol))))
    mac = draw(st.none() | st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":")))
    claims = fingerprint(seen, mac)
    identity, _ = identity_of(claims, mac, seen, "192.0.2.7")
    gaps = tuple(Gap(o.endpoint, o.protocol, draw(st.text(max_size=20).map(visible))) for o in seen[:2])
    ports = tuple(sorted({o.endpoint for o in seen}))
    return Device(identity, ("192.0.2.7",), mac, None, ports, seen, claims, gaps)


async def judged(device: Device, verdicts: list[Verdict]) -> Assessment:
    """The device's assessment where its logins answer with these verdicts in turn."""
    left = list(verdicts)

    async def ask(question: Login) -> Answer:
        return Answer(left.pop() if left else Verdict.REFUSED, DRESS.encode(), "said so")

    outcomes = await assess(device, load_checks(), Level.LOGIN, ask)
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    return Assessment(device, outcomes, score(findings), firmware_age(device), NOON)


def report_of(assessment: Assessment) -> Report:
    scan = Scan("20261101T120000Z-0000", NOON, ("192.0.2.0/24",), Level.LOGIN, "test", "0.1.0", ended=NOON)
    fleet = assess_fleet((assessment,), load_fleet_checks())
    return Report(scan, (assessment,), fleet, Coverage(254, 1, 1, 0))


SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(devices(), st.lists(st.sampled_from(Verdict), max_size=6))
async def test_every_check_comes_to_an_outcome(device: Device, verdicts: list[Verdict]):
    assessment = await judged(device, verdicts)
    assert [outcome.check for outcome in assessment.outcomes] == [check.id for check in load_checks()]
    assert [outcome for outcome in assessment.outcomes if outcome.status is Status.FAILED] == []
    assert 0 <= assessment.score.value <= 100


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda module: module.SUFFIX)
@SETTINGS
@given(devices(), st.lists(st.sampled_from(Verdict), max_size=6))
async def test_every_format_renders_it(renderer: Any, device: Device, verdicts: list[Verdict]):
    assessment = await judged(device, verdicts)
    text = "".join(renderer.render(Edition(report_of(assessment))))
    if renderer.SUFFIX not in NAMELESS and (assessment.findings or renderer.SUFFIX not in OF_FINDINGS):
        assert "192.0.2.7" in text
    assert not {"\x1b", "\x9b", "\u202e", "\u200b"} & set(text)


@SETTINGS
@given(devices(), st.lists(st.sampled_from(Verdict), max_size=6))
async def test_its_sheet_and_its_reasons_are_shown(device: Device, verdicts: list[Verdict]):
    assessment = await judged(device, verdicts)
    shown = printed(*sheet(Known(assessment, NOON, NOON, 1)), *path_page(assessment), width=100, color=False)
    assert "192.0.2.7" in shown
    assert not {"\x1b", "\x9b", "\u202e", "\u200b"} & set(shown)


@SETTINGS
@given(devices())
async def test_the_store_gives_it_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, device: Device):
    assessment = await judged(device, [])
    report = report_of(assessment)
    with Store.open(tmp_path_factory.mktemp("store") / "tocsin.db", create=True) as store:
        store.begin(report.scan, "plan")
        store.save(report.scan.id, assessment)
        store.finish(report.scan.id, report.scan, report.fleet, report.coverage)
        assert store.report(report.scan.id) == report

"""The drawings of a report: well-formed, the same each time, and with the numbers in them, whatever the devices say."""

import importlib
import pkgutil
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from lxml import etree

import scanner.drawings
from inventory.ages import FirmwareAge
from inventory.findings import Score
from inventory.model import Claim, Confidence, Device, Endpoint, Observation, Severity
from inventory.report import Assessment, Context, Report
from scanner.drawings import certificates, firmware, kinds, segments, sites, trend
from scanner.drawings.picture import WIDTH, shortened, width_of
from scanner.edition import Edition, Past, timeless
from tests.riverside import CAMERA, HOSTILE, LIVED_WITH, METER, NOON, REPORT

DRAWINGS = {
    found.name: module
    for found in pkgutil.iter_modules(scanner.drawings.__path__, "scanner.drawings.")
    if hasattr(module := importlib.import_module(found.name), "draw")
}
TODAY = NOON.date()
CLASSES = {"drawing", "label", "number", "axis", "bar", "cell", "line", "area", "hatch", "good", "bad"}
ATTRIBUTES = {"class", "x", "y", "width", "height", "d", "id", "viewBox", "role", "aria-labelledby", "font-size"} | {
    *("text-anchor", "fill", "patternUnits", "stroke-dasharray")
}


def device(number: int, kind: str = "camera", department: str = "", band: Severity = Severity.HIGH) -> Assessment:
    """A device of its own; what has a band has the camera's findings."""
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    claims = (Claim("kind", kind, Confidence.LIKELY, "x"),) if kind else ()
    return replace(
        CAMERA,
        device=Device(f"id-{number}", (address,), claims=claims),
        outcomes=CAMERA.outcomes if band else (),
        score=Score(50.0, band, ""),
        context=Context(department=department, vantages=("guest-wifi",)),
    )


def edition(*assessments: Assessment, points: int = 0) -> Edition:
    report = replace(REPORT, assessments=assessments)
    past = tuple(
        Past(str(at), NOON + timedelta(days=at), (("critical", at), ("info", 2)), (("high", at * at),))
        for at in range(points)
    )
    return Edition(report, trend=past, today=TODAY)


def hostile() -> Edition:
    """Every text that a drawing shows is an attack."""
    said = HOSTILE * 40
    evil = replace(
        device(7, said, said),
        context=Context(department=said, site=said, vantages=(said, said)),
    )
    report = Report(replace(REPORT.scan, site=said), (evil, *LIVED_WITH.assessments), (), REPORT.coverage)
    return Edition(report, trend=edition(points=2).trend, today=TODAY)


def city() -> Edition:
    """Ten thousand devices in many segments, kinds and departments."""
    many = [device(at * 7, f"kind {at % 40}", f"department {at % 300}", Severity(at % 5)) for at in range(10_000)]
    return edition(*many, points=52)


CASES = {
    "nothing": edition,
    "one device and one scan": lambda: edition(device(1), points=1),
    "the model report": lambda: replace(edition(points=3), report=LIVED_WITH),
    "hostile names": hostile,
    "no moments": lambda: timeless(replace(edition(points=3), report=LIVED_WITH)),
    "a device without an address": lambda: edition(
        replace(METER, device=Device("mac:02:00:00:00:00:01", ("02:00:00:00:00:01",)))
    ),
}


def words(drawn: str) -> str:
    return " ".join(etree.fromstring(drawn).itertext("text"))


def parsed(name: str, drawn: str) -> None:
    """The drawing is an image with a name and a description, of the classes that a page knows, and refers to nothing but itself."""
    root = etree.fromstring(drawn)
    ids = root.xpath("//@id")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{name}-title {name}-description"
    assert root.findtext("title")
    assert root.findtext("desc")
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"{name}-") for one in ids)
    assert {key for element in root.iter() for key in element.attrib} <= ATTRIBUTES
    assert set(root.xpath("//@fill")) <= {f"url(#{name}-hatch)"}
    used = {one for classes in root.xpath("//@class") for one in classes.split()}
    assert {
        one for one in used if not re.fullmatch(r"(on-)?band-(critical|high|medium|low|info|none)|on-(good|bad)", one)
    } <= CLASSES
    high = float(root.get("viewBox").split()[3])
    for rect in root.xpath("//rect[not(ancestor::pattern)]"):
        x, y, wide, tall = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= WIDTH + 0.2
        assert 0 <= y <= y + tall <= high + 0.2
    for text in root.xpath("//text"):
        assert 0 <= float(text.get("y")) <= high + 0.2
        assert width_of(text.text, float(text.get("font-size", "12"))) <= WIDTH


@pytest.mark.parametrize("module", DRAWINGS.values(), ids=[name.rpartition(".")[2] for name in DRAWINGS])
@pytest.mark.parametrize("case", CASES)
def test_a_drawing_is_well_formed_and_the_same_each_time(case, module):
    told = CASES[case]()
    drawn = module.draw(told, "this-one")
    parsed("this-one", drawn)
    assert module.draw(CASES[case](), "this-one") == drawn
    assert module.draw(told) == drawn.replace("this-one", module.__name__.rpartition(".")[2])


def test_ten_thousand_devices_are_summed_up():
    told = city()
    for name, module in DRAWINGS.items():
        drawn = module.draw(told)
        parsed(name.rpartition(".")[2], drawn)
        assert len(drawn) < 60_000


def test_each_device_is_in_one_bar():
    told = edition(*(device(at, f"kind {at % 20}") for at in range(100)))
    drawn = words(kinds.draw(told))
    assert drawn.count("5: 5 H") == 11
    assert "9 others 45: 45 H" in drawn


def test_the_worst_group_comes_first():
    bad = device(1, "plc", band=Severity.CRITICAL)
    drawn = words(kinds.draw(edition(*(device(at) for at in range(2, 9)), bad)))
    assert drawn.index("plc") < drawn.index("camera")


def test_what_is_not_known_is_said():
    assert "no kind known 1: 1 –" in words(kinds.draw(edition(device(1, "", band=Severity.INFO))))


def test_a_device_that_is_in_no_register_stands_at_the_site_that_was_scanned():
    assert "traffic-north 1: 1 H" in words(sites.draw(edition(device(1))))


def test_the_segments_are_in_the_order_of_their_addresses_with_each_device_in_its_place():
    drawn = segments.draw(edition(device(0xA00), device(0x205), device(0x203, band=Severity.CRITICAL)))
    cells = re.findall(r"<title>(10\.0[^<]+)</title>", drawn)
    assert cells == ["10.0.2.3: critical", "10.0.2.5: high", "10.0.10.0: high"]
    assert "reached from guest-wifi" in words(drawn)


def test_an_ipv6_segment_is_64_bits_wide():
    one = replace(device(1), device=Device("id", ("fd00:77::12",)))
    assert "fd00:77::/64" in words(segments.draw(edition(one)))


def test_of_too_many_segments_the_worst_are_drawn_and_the_others_counted():
    many = [device(at << 8, band=Severity.LOW) for at in range(60)]
    worst = device(59 << 8 | 7, band=Severity.CRITICAL)
    drawn = words(segments.draw(edition(*many, worst)))
    assert "10.0.59.0/24 2: 1 C, 1 L" in drawn
    assert "20 other segments 20: 20 L" in drawn


def test_the_trend_ends_with_the_numbers_of_this_scan():
    drawn = words(trend.draw(edition(points=4)))
    assert "C 3" in drawn
    assert "H 9" in drawn
    assert "2026-11-20" in drawn
    assert "2026-11-23" in drawn


def shows_certificate(number: int, ends: datetime) -> Assessment:
    endpoint = Endpoint(f"10.0.0.{number}", 443)
    facts = {
        "tls.subject": "CN=x",
        "tls.issuer": "CN=y",
        "tls.not_before": "2020-01-01T00:00:00Z",
        "tls.not_after": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tls.sha256": f"{number:064x}",
    }
    seen = Observation(endpoint, "tls", facts, b"", NOON)
    return replace(device(number), device=Device(f"id-{number}", (endpoint.address,), observations=(seen,)))


def test_certificates_stand_in_the_month_in_which_they_end():
    ends = [datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)]
    ends += [datetime(2028, 10, 31, tzinfo=UTC), datetime(2028, 11, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]
    told = edition(*(shows_certificate(at, end) for at, end in enumerate(ends, 1)))
    says = etree.fromstring(certificates.draw(told)).findtext("desc")
    assert says == "1 certificate ended; 1 in November 2026; 1 in February 2027; 1 in October 2028; 2 later."


@pytest.mark.parametrize(
    ("oldest", "newest", "said"),
    [
        (None, date(2021, 1, 1), "V"),
        (date(2010, 1, 1), date(2023, 1, 1), "A"),
        (date(2025, 6, 1), None, "N"),
        (date(2010, 1, 1), None, "~"),
        (None, date(2026, 1, 1), "~"),
        (None, None, "?"),
    ],
)
def test_firmware_is_called_as_old_as_its_interval_proves(oldest, newest, said):
    one = replace(device(1), firmware=FirmwareAge(oldest, newest, Confidence.LIKELY))
    assert f"camera 1: 1 {said}" in words(firmware.draw(edition(one)))


@pytest.mark.parametrize("said", ["m" * 300, "消防局" * 100, "i" * 40, ""])
def test_a_text_is_cut_to_what_fits(said):
    short = shortened(said, 100)
    assert width_of(short) <= 100
    assert short == said or short.endswith("…")

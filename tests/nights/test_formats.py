"""Every format, of a real scan of the whole city, read by something that is not ours and that agrees with the JSON report on what it holds."""

import csv
import io
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import junitparser
import openpyxl
import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import ComponentType
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from markdown_it import MarkdownIt
from playwright.sync_api import sync_playwright
from prometheus_client.parser import text_string_to_metric_families

import scanner.report
from scanner.report import formats
from tests.report.test_cef import parsed as cef_line
from tests.report.told import SCHEMAS

SUFFIXES = {one.name: one.suffix for one in formats().values()}
PUBLISHED = Path(scanner.report.__file__).parent / "schema"


class City:
    """The reports of one scan, a file each, and the scan as the JSON report has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        wish = [word for name in SUFFIXES for word in ("-o", str(self.path(name)))]
        command = [sys.executable, "-m", "scanner.cli", "--store", str(folder / "tocsin.db"), "report", *wish]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        self.json = json.loads(self.text("json"))
        self.devices: list[dict[str, Any]] = self.json["devices"]
        self.identities = {device["id"] for device in self.devices}
        of_devices = [found["id"] for device in self.devices for found in device["findings"]]
        self.findings = Counter([*of_devices, *(found["id"] for found in self.json["fleet"])])

    def path(self, name: str) -> Path:
        return self.folder / f"all{SUFFIXES[name]}"

    def text(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8")

    def lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in self.text(name).splitlines()]


@pytest.fixture(scope="module")
def city(whole_city: Callable[[str], dict[str, Any]], namespaces: None) -> City:
    city = City(whole_city("namespace")["folder"])
    assert len(city.devices) >= 60
    assert sum(city.findings.values()) > 200
    return city


def schema(name: str) -> Any:
    return json.loads((PUBLISHED / f"{name}.schema.json").read_text())


def test_json_follows_its_schema(city):
    assert list(jsonschema.Draft202012Validator(schema("tocsin-report-1")).iter_errors(city.json)) == []


def test_json_lines_hold_the_same_devices(city):
    lines = city.lines("jsonl")
    assert {line["id"] for line in lines if line["type"] == "device"} == city.identities
    told = {line["id"]: line for line in lines if line["type"] == "device"}
    for device in city.devices:
        assert {**device, "type": "device"} == told[device["id"]]


def test_a_spreadsheet_reads_the_table_and_finds_no_formula(city, tmp_path):
    rows = list(csv.DictReader(io.StringIO(city.text("csv"))))
    assert Counter(row["finding"] for row in rows if row["finding"]) == city.findings
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice is not installed (libreoffice-calc-nogui)")
    place = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, place, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(city.path("csv"))]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sheet = openpyxl.load_workbook(tmp_path / "all.xlsx").worksheets[0]
    assert sheet.max_row == len(rows) + 1
    assert "f" not in {cell.data_type for line in sheet.iter_rows() for cell in line}


def test_a_forge_reads_the_markdown(city):
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(city.text("md"))
    kinds = Counter(token.type for token in tokens)
    assert kinds["html_block"] == 0
    assert kinds["table_open"] >= 2
    inline = [token.content for token in tokens if token.type == "inline"]
    assert all(device["addresses"][0] in inline for device in city.devices)


def test_sarif_follows_the_schema_of_oasis(city):
    document = json.loads(city.text("sarif"))
    published = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text())
    assert list(jsonschema.Draft7Validator(published).iter_errors(document)) == []
    (run,) = document["runs"]
    told = Counter(next(iter(result["partialFingerprints"].values())) for result in run["results"])
    assert set(told) >= set(city.findings)
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules


def test_a_reader_of_junit_counts_the_same(city):
    suites = junitparser.JUnitXml.fromfile(str(city.path("junit")))
    assert len(list(suites)) >= len(city.devices)
    outcomes = Counter(one["status"] for device in city.devices for one in device["outcomes"])
    of_devices = ElementTree.parse(city.path("junit")).getroot()
    errors = sum(len(suite.findall("testcase/error")) for suite in of_devices)
    assert errors >= outcomes["unreached"] + outcomes["failed"] > 0


def test_defectdojo_gets_each_finding_under_its_id(city):
    told = Counter(one["unique_id_from_tool"] for one in json.loads(city.text("defectdojo"))["findings"])
    assert set(told) >= set(city.findings)


def test_cyclonedx_reads_its_own(city):
    text = city.text("cyclonedx")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bom = Bom.from_json(json.loads(text))  # type: ignore[attr-defined]  # made by a decorator of the library
    devices = [one for one in bom.components if one.type is ComponentType.DEVICE]
    assert len(devices) == len(city.devices)
    assert any(one.type is ComponentType.FIRMWARE for device in devices for one in device.components) or any(
        one.type is ComponentType.FIRMWARE for one in bom.components
    )


def test_each_ocsf_event_follows_the_schema_of_its_class(city):
    published = json.loads((SCHEMAS / "ocsf-1.8.0.json").read_text())
    validators = {
        int(number): jsonschema.Draft202012Validator({**one, "$defs": published["$defs"]})
        for number, one in published["classes"].items()
    }
    events = city.lines("ocsf")
    assert [error for event in events for error in validators[event["class_uid"]].iter_errors(event)] == []
    assert {event["finding_info"]["uid"] for event in events if "finding_info" in event} >= set(city.findings)


def test_cef_has_a_line_for_each_finding(city):
    assert Counter(cef_line(line)["externalId"] for line in city.text("cef").splitlines()) == city.findings


def test_prometheus_reads_figures_and_no_device(city):
    text = city.text("prometheus")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    devices = families["tocsin_devices"]
    assert sum(sample.value for sample in devices.samples) == len(city.devices)
    assert not any(address in text for device in city.devices for address in device["addresses"])
    assert not any(device["serial"] in text for device in city.devices if device["serial"])


def test_the_change_set_for_netbox_follows_its_schema_and_stages_every_device(city):
    document = json.loads(city.text("netbox"))
    assert list(jsonschema.Draft202012Validator(schema("tocsin-netbox-1")).iter_errors(document)) == []
    assert '"delete"' not in city.text("netbox")
    assert sum(one["endpoint"] == "dcim/devices" for one in document["objects"]) + len(document["left_out"]) == len(
        city.devices
    )


def test_a_browser_shows_the_page_and_asks_nobody_for_anything(city):
    browser_path = shutil.which("chromium")
    if browser_path is None:
        pytest.skip("chromium is not installed (chromium)")
    said: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(city.path("html").as_uri())
        shown = page.inner_text("body")
        rows = page.get_attribute("[aria-rowcount]", "aria-rowcount")
        browser.close()
    assert (said, asked) == ([], [city.path("html").as_uri()])
    assert rows == str(len(city.devices) + 1)
    assert city.devices[0]["addresses"][0] in shown


def test_the_text_names_every_device(city):
    text = city.text("text")
    assert all(device["addresses"][0] in text for device in city.devices)


def test_no_format_is_left_out(city):
    """A new format wants a test here."""
    tested = {"json", "jsonl", "csv", "md", "sarif", "junit", "defectdojo", "cyclonedx", "ocsf", "cef", "prometheus"}
    assert set(SUFFIXES) == tested | {"netbox", "html", "text"}

"""Every hostile device of the lab in one scan with thirty that are as they should be: the scan ends, judges these as without those, and hands nothing on.

The same thirty are scanned at the same time in a city of their own, which is what the scan among the hostile ones is held against.
"""

import csv
import fcntl
import importlib
import io
import json
import os
import pkgutil
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

import scanner.report
from lab.compare import compare
from lab.fake import load_hostile
from tests.conftest import city, scanning
from tests.terminals import all_shown

pytestmark = pytest.mark.timeout(600)  # the hostile ones are waited for
HOSTILE = [fake for fake in load_hostile() if fake.quarter == "hostile"]
OTHERS = (
    "axis_bullet", "backhaul_radio", "bosch_camera", "dell_server", "ecobee_thermostat", "hue_gateway", "janitza_meter", "knx_router", "lora_gateway",
    "moxa_switch", "qnap_nas", "snom_phone", "uniview_camera", "yealink_phone",
)  # fmt: skip
NORMAL = ",".join(("centre", *OTHERS))
FORMATS = [
    module.SUFFIX
    for found in pkgutil.iter_modules(scanner.report.__path__, "scanner.report.")
    if hasattr(module := importlib.import_module(found.name), "SUFFIX")
]
PERMITTED = "10.77.0.2-10.77.0.249"
"""All but the private host, to which the straying ones point."""
# A process of its own between pytest and the scan: the kernel counts a process's memory from its fork on, and pytest is larger than the scan.
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
# Command after command in one process, because there are many; each after a line that names it.
COMMANDS = """
import json, sys
from scanner.cli import run
for words in json.loads(sys.argv[2]):
    print("RAN", *words, flush=True)
    print("RAN", *words, file=sys.stderr, flush=True)
    run(["--store", sys.argv[1], *words])
"""


@dataclass(slots=True)
class Night:
    """The city with the hostile devices, and what its scan said and left behind; `quiet` is the report of the scan without them."""

    described: dict[str, Any]
    folder: Path
    shown: bytes = b""
    quiet: dict[str, Any] = field(default_factory=dict)
    kilobytes: int = 0

    @property
    def report(self) -> dict[str, Any]:
        return read(self.folder)

    @property
    def outputs(self) -> dict[str, bytes]:
        """All that a person or a program may look at."""
        files = {path.name: path.read_bytes() for path in self.folder.iterdir() if path.suffix not in (".db", ".lock")}
        return {"the terminal": self.shown, **files}


def read(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def on_a_terminal(command: list[str], stdout: Any) -> bytes:
    """Run with standard error on a terminal that shows no colour, so that any colour is a device's; all that the terminal was sent."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "NO_COLOR": "1"}
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=slave, env=environment)
    os.close(slave)
    shown = all_shown(master)
    process.wait()
    return shown


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, namespaces: None) -> Night:
    folder, other = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("quiet")
    with ExitStack() as stack:
        described = stack.enter_context(city("--mode", "namespace", "--only", f"hostile,private,{NORMAL}"))
        alone = stack.enter_context(city("--mode", "namespace", "--only", NORMAL))
        wish = (PERMITTED, "--level", "login", "--vantage", "office")
        quiet = subprocess.Popen(
            scanning(alone, other, *wish),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        files = [word for suffix in FORMATS for word in ("-o", str(folder / f"report{suffix}"))]
        words = scanning(described, folder, *wish, *files)
        entered = len(described["enter"])
        measured = [*words[:entered], sys.executable, "-c", MEASURED, str(folder / "memory"), *words[entered:]]
        with (folder / "stdout").open("wb") as stdout:
            found = Night(described, folder, on_a_terminal(measured, stdout))
        found.kilobytes = int((folder / "memory").read_text())
        assert quiet.wait() in (1, 3)
        found.quiet = read(other)
    ask_everything(found)
    return found


def ask_everything(night: Night) -> None:
    """Every command that prints what devices said, of every hostile device."""
    addresses = [f"10.77.0.{fake.host}" for fake in HOSTILE]
    files = ("reach.csv", "reach.json", "expiring.csv", "expiring.json")
    out = {name: str(night.folder / name) for name in files}
    words: list[list[str]] = [
        ["devices"],
        ["report"],
        ["fix-first"],
        ["expiring"],
        ["reach"],
        ["reach", "--kind", "camera"],
    ]
    words += [["reach", "--kind", "unidentified", "-o", out["reach.csv"], "-o", out["reach.json"]], ["ledger", "show"]]
    words += [["policy", "draft"], ["quarantine", "list"], ["waivers"], ["diff"]]
    words += [[command, address] for address in addresses for command in ("show", "why", "reach")]
    store = str(night.folder / "tocsin.db")
    ran = subprocess.run([sys.executable, "-c", COMMANDS, store, json.dumps(words)], capture_output=True, check=False)
    (night.folder / "commands.stdout").write_bytes(ran.stdout)
    (night.folder / "commands.stderr").write_bytes(ran.stderr)
    assert b"Traceback" not in ran.stderr


def by_address(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {device["addresses"][0]: device for device in report["devices"]}


def judged(device: dict[str, Any]) -> dict[str, Any]:
    """What a scan says of a device, without what is of the hour: clocks, keys that a city makes anew each time it comes up, and the traffic."""
    keys = {
        fact
        for service in device["services"]
        for fact in service["facts"]
        if re.search("sha|md5|modulus|spki|chain|sct", fact)
    }
    keys |= {
        "http.date",
        "onvif.time",
        "snmp.engine_time",
        "snmp.sys_uptime",
        "tls.clock",
        "tls.serial",
        "tls.not_before",
        "tls.not_after",
    }
    services = [
        {**service, "facts": {name: value for name, value in service["facts"].items() if name not in keys}}
        for service in device["services"]
    ]
    findings = [
        {name: found[name] for name in ("id", "check", "port", "transport", "severity")} for found in device["findings"]
    ]
    said = (
        "addresses",
        "mac",
        "vendor",
        "model",
        "kind",
        "serial",
        "firmware",
        "score",
        "band",
        "outcomes",
        "gaps",
        "untrusted",
    )
    return {name: device[name] for name in said} | {"services": services, "findings": findings}


def hidden(text: str) -> set[str]:
    """The characters that a terminal obeys or a reader does not see."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}


def test_the_scan_ends_and_reports_of_each_hostile_device_what_is_true(night: Night):
    assert night.report["scan"]["ended"]
    truth = night.described["truth"]
    permitted = [device for device in truth["devices"] if device["name"] != "private_host"]
    assert len(permitted) == len(HOSTILE) + 30
    assert compare(night.report, {**truth, "devices": permitted}).differences == ()


def test_thirty_normal_devices_are_judged_as_they_are_without_them(night: Night):
    among, alone = by_address(night.report), by_address(night.quiet)
    assert len(alone) == 30
    for address, device in alone.items():
        assert judged(among[address]) == judged(device), address


def test_nobody_was_hurt_and_nobody_else_was_asked(night: Night):
    assert night.described["harms"] == []
    assert night.described["faults"] == []
    private = night.described["log"]["private_host"]
    assert (private["connections"], private["datagrams"]) == (0, 0)
    trail = [json.loads(line) for line in (night.folder / "audit.jsonl").read_text().splitlines()]
    asked = {line["target"].rpartition(":")[0] for line in trail if line["protocol"] != "sweep"}
    assert asked <= {f"10.77.0.{host}" for host in range(2, 250)}


def test_no_device_had_two_connections_at_once(night: Night):
    assert {name for name, log in night.described["log"].items() if log["most_open"] > 1} == set()


def test_none_of_them_makes_a_check_or_a_conversation_fail(night: Night):
    outcomes = [outcome for device in night.report["devices"] for outcome in device["outcomes"]]
    assert [outcome for outcome in outcomes if outcome["status"] == "failed"] == []
    assert "a bug in Tocsin" not in json.dumps(night.report)


def test_memory_stays_bounded(night: Night):
    assert night.kilobytes < 250_000


def test_an_address_that_changes_hands_is_no_third_device_and_nobody_logs_in_to_it(night: Night):
    device = by_address(night.report)["10.77.0.235"]
    assert (device["mac"], device["vendor"], device["serial"]) == ("4c:5e:0c:7c:02:35", "MikroTik", None)
    assert {outcome["status"] for outcome in device["outcomes"]} == {"found", "unreached"}
    reasons = {outcome["reason"] for outcome in device["outcomes"] if outcome["status"] == "unreached"}
    assert reasons == {
        "another device answers at this address now: its MAC address is 00:40:8c:7c:02:35, and was 4c:5e:0c:7c:02:35 when it was asked first"
    }
    assert night.described["log"]["passing_router"]["logins"] == {}
    assert night.described["log"]["passing_router_heir"]["logins"] == {}


def test_two_devices_of_one_serial_number_and_one_mac_address_are_two(night: Night):
    devices = by_address(night.report)
    one, other = devices["10.77.0.233"], devices["10.77.0.234"]
    assert (one["mac"], one["serial"]) == (other["mac"], other["serial"])
    assert one["id"] != other["id"]
    for device in (one, other):
        assert sum("kept apart" in said for said in device["identity"]["conflicts"]) == 2


def test_nothing_that_a_terminal_obeys_or_a_reader_does_not_see_comes_out(night: Night):
    for name, content in night.outputs.items():
        if name == "the terminal":
            continue
        assert hidden(content.decode()) == set(), name


def test_a_terminal_is_sent_no_sequence_but_those_of_the_display(night: Night):
    # rich's: cursor off and on, erase the line, one up, bold, dim, italic and plain again.
    ours = r"\x1b\[(?:\?25[lh]|2K|1A|[0-4;]{1,5}m)"
    assert hidden(re.sub(ours, "", night.shown.decode()).replace("\r", "")) == set()


def test_no_text_of_the_report_hides_a_character_behind_the_escapes_of_json(night: Night):
    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, each in value.items():
                yield name
                yield from strings(each)
        elif isinstance(value, list):
            for each in value:
                yield from strings(each)
        elif isinstance(value, str):
            yield value

    assert {text for text in strings(night.report) if hidden(text) - {"\t"}} == set()


def test_no_script_reaches_a_file_that_a_browser_may_read(night: Night):
    for name, content in night.outputs.items():
        if name.endswith((".json", ".jsonl", ".html", ".svg", ".xml", ".sarif")):
            assert not re.search(rb"<\s*(?:script|svg|img)\b[^>]*(?:alert|onload|onerror)|<script>alert", content), name


def test_markdown_brings_no_element_no_link_and_no_picture_to_a_reader_that_takes_raw_html(night: Night):
    reader = MarkdownIt("gfm-like", {"html": True})
    parsed = reader.parse(night.outputs["report.md"].decode())
    kinds = {token.type for block in parsed for token in (block, *(block.children or ()))}
    assert not kinds & {"html_block", "html_inline", "link_open", "image"}
    assert {"heading_open", "table_open", "fence", "code_inline"} <= kinds


def test_every_line_of_a_log_and_of_json_lines_is_one_of_ours(night: Night):
    events = night.outputs["report.cef"].decode().split("\n")[:-1]
    assert {event[:20] for event in events} == {"CEF:0|Tocsin|Tocsin|"}
    told = [json.loads(line) for line in night.outputs["report.jsonl"].decode().split("\n")[:-1]]
    assert {line["type"] for line in told[1:-1]} <= {"device", "fleet"}
    assert (told[0]["type"], told[-1]["type"]) == ("scan", "coverage")


def test_the_figures_name_no_device(night: Night):
    figures = list(text_string_to_metric_families(night.outputs["report.prom"].decode()))
    labels = {label for family in figures for sample in family.samples for label in sample.labels}
    assert labels <= {"site", "vantage", "band", "kind", "severity", "family", "state"}
    assert b"10.77." not in night.outputs["report.prom"]


def test_no_cell_of_a_spreadsheet_begins_a_formula(night: Night):
    tables = {name: content for name, content in night.outputs.items() if name.endswith(".csv")}
    assert tables
    for name, content in tables.items():
        cells = [cell for row in csv.reader(io.StringIO(content.decode())) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == [], name


def test_no_device_forges_a_line(night: Night):
    for name, content in night.outputs.items():
        lines = re.split(r"[\n\r]+", content.decode())
        forged = (
            "note: every device is well",
            "note: nothing found",
            "10.77.0.2 Acme camera",
            "done: 0 devices",
            "[[waiver]]",
        )
        assert [line for line in lines if line.startswith(forged)] == [], name


def test_what_they_said_is_shown_so_that_it_can_be_read(night: Night):
    said = night.outputs["commands.stdout"].decode()
    assert r"\x1b]0;owned\x07" in said
    assert r"\u202egpj.exe" in said

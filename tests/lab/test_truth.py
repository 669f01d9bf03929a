import copy
import json

import pytest
from click.testing import CliRunner

from lab.cli import main
from lab.compare import compare
from lab.fake import load_fakes
from lab.plan import lay_out
from lab.truth import truth


def perfect(*only):
    """A report that says exactly what is true."""
    real = truth(lay_out("10.77.0.0/24", only=only), macs=True)
    devices = [
        {
            **{name: device[name] for name in ("mac", "vendor", "model", "kind", "serial", "findings")},
            "id": device["name"],
            "addresses": [device["address"]],
            "firmware": {"version": device["firmware"]},
        }
        for device in real["devices"]
    ]
    return {"schema": "tocsin-report/1", "scan": {"level": "login"}, "devices": devices, "fleet": []}, real


def differing(change):
    report, real = perfect()
    report = copy.deepcopy(report)
    change(report)
    return compare(report, real)


def test_a_perfect_report_has_no_differences():
    comparison = compare(*perfect())
    assert comparison.differences == ()
    assert (comparison.recall, comparison.precision) == (1.0, 1.0)
    assert comparison.expected == 55


def test_a_missing_finding_lowers_recall():
    comparison = differing(lambda report: report["devices"][0]["findings"].pop())
    assert comparison.differences == ("missing: 10.77.0.10 firmware-old 49152/tcp",)
    assert comparison.recall < 1.0 == comparison.precision


def test_a_finding_that_is_not_so_lowers_precision():
    extra = {"check": "tls-old-version", "port": 443, "transport": "tcp"}
    comparison = differing(lambda report: report["devices"][2]["findings"].append(extra))
    assert comparison.differences == ("not so: 10.77.0.12 tls-old-version 443/tcp",)
    assert comparison.precision < 1.0 == comparison.recall


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            lambda r: r["devices"][0].update(model="DS"),
            "10.77.0.10 (hikvision_camera): model is 'DS-2CD2142FWD-I', not 'DS'",
        ),
        (lambda r: r["devices"][8].update(firmware=None), "10.77.0.24 (modicon_plc): firmware is 'v2.60', not None"),
        (
            lambda r: r["devices"][8].update(serial="4711"),
            "10.77.0.24 (modicon_plc): serial is not stated, and '4711' was reported",
        ),
        (
            lambda r: r["devices"][8].update(firmware={"version": "v2.60 build 9"}),
            "10.77.0.24 (modicon_plc): firmware is 'v2.60', not 'v2.60 build 9'",
        ),
        (lambda r: r["devices"].pop(2), "10.77.0.12 (axis_camera): not found"),
        (
            lambda r: r["devices"].append({"id": "x", "addresses": ["10.77.0.99"], "findings": []}),
            "10.77.0.99: no such device",
        ),
        (
            lambda r: r["fleet"].append({"check": "shared-key", "devices": ["apc_ups", "hp_printer"]}),
            "not so: 10.77.0.28 10.77.0.29 shared-key",
        ),
    ],
)
def test_each_other_difference_is_said_in_a_line(change, difference):
    assert differing(change).differences == (difference,)


def test_a_scan_without_logins_owes_no_passwords():
    report, real = perfect()
    report["scan"]["level"] = "identify"
    for device in report["devices"]:
        device["findings"] = [
            f
            for f in device["findings"]
            if f["check"] not in ("default-credentials", "accepts-any-password", "snmp-default-community")
        ]
    assert compare(report, real).differences == ()


def test_a_scan_without_logins_owes_nothing_that_only_a_community_is_told_but_may_not_say_it_wrong():
    def without_logins(model):
        report, real = perfect()
        report["scan"]["level"] = "identify"
        ups = next(device for device in report["devices"] if device["id"] == "apc_ups")
        ups["model"] = model
        return [difference for difference in compare(report, real).differences if "model" in difference]

    assert without_logins(None) == []
    assert without_logins("AP9999") == ["10.77.0.28 (apc_ups): model is 'AP9630', not 'AP9999'"]


def test_a_scan_without_logins_may_find_the_age_unknown_where_it_is_only_told_to_one_with():
    def with_unknown(device, level, of=()):
        report, real = perfect(*of)
        report["scan"]["level"] = level
        told = next(each for each in report["devices"] if each["id"] == device)
        told["findings"] = [*told["findings"], {"check": "firmware-unknown", "port": 0, "transport": "tcp"}]
        return compare(report, real).differences

    assert with_unknown("econolite_controller", "identify") == ()
    assert with_unknown("econolite_controller", "login") == ("not so: 10.77.0.20 firmware-unknown 0/tcp",)
    assert with_unknown("beckhoff_plc", "identify", ("beckhoff_plc",)) == ()
    assert with_unknown("uniview_recorder", "identify") == ("not so: 10.77.0.13 firmware-unknown 0/tcp",)


def test_each_field_of_identity_is_counted_where_a_device_states_it():
    comparison = differing(lambda report: report["devices"][0].update(serial=None, kind="recorder"))
    assert comparison.identity["kind"] == (16, 15)
    assert comparison.identity["serial"] == (5, 4)
    assert comparison.identity["vendor"] == (16, 16)


def test_the_truth_is_the_same_each_time_and_says_no_mac_on_loopback():
    first, second = (CliRunner().invoke(main, ["truth", "--devices", "40"]) for _ in range(2))
    local = CliRunner().invoke(main, ["truth", "--mode", "loopback"])
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["devices"][0]["mac"]
    assert {device["mac"] for device in json.loads(local.stdout)["devices"]} == {None}


def test_list_names_every_fake_and_what_is_wrong_with_it():
    said = CliRunner().invoke(main, ["list"]).stdout
    assert said.count("\n") == len(load_fakes()) + 1
    assert "snmp-default-community 161/udp" in said
    (clean,) = (line for line in said.splitlines() if line.startswith("loytec_controller "))
    assert clean.endswith("  nothing")


@pytest.mark.parametrize(
    "arguments",
    [["up", "--only", "hikvison_camera"], ["serve", "hikvison_camera"], ["truth", "--only", "hikvison_camera"]],
)
def test_an_unknown_device_is_a_usage_error_with_the_nearest_names(arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "nearest: hikvision_camera" in result.output

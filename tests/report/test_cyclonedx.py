"""CycloneDX 1.6, by the format's own library: its strict schema, and read back into its model."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import ComponentType
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from inventory.model import Claim, Confidence, Observation
from scanner.edition import Edition, timeless
from tests.report.told import EDITIONS, parsed, rendered
from tests.riverside import CAMERA, GATEWAY, GATEWAY_WEB, LIVED_WITH, NOON, REPORT


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["bom-ref"]] if "bom-ref" in value else []
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from references(each)


def component(edition: Edition, identity: str) -> Any:
    return next(one for one in parsed("cyclonedx", edition)["components"] if one["bom-ref"] == identity)


@pytest.mark.parametrize("name", EDITIONS)
def test_it_follows_the_strict_schema_of_1_6(name):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(rendered("cyclonedx", EDITIONS[name])) is None


@pytest.mark.parametrize("name", EDITIONS)
def test_the_library_of_the_format_reads_it_back(name):
    bom = Bom.from_json(parsed("cyclonedx", EDITIONS[name]))  # type: ignore[attr-defined]  # py-serializable adds it when the class is made
    bom.validate()
    assert {each.type for each in bom.components} <= {ComponentType.DEVICE}
    assert {str(each.bom_ref) for each in bom.components} == {
        one.device.identity for one in EDITIONS[name].report.assessments
    } or name == "hostile"


@pytest.mark.parametrize("name", EDITIONS)
def test_every_reference_is_one_thing_and_what_is_referred_to_is_there(name):
    told = parsed("cyclonedx", EDITIONS[name])
    known = list(references(told))
    assert len(set(known)) == len(known)
    for dependency in told["dependencies"]:
        assert {dependency["ref"], *dependency["dependsOn"]} <= set(known)
    for vulnerability in told["vulnerabilities"]:
        assert {affected["ref"] for affected in vulnerability["affects"]} <= set(known)


def test_firmware_is_in_its_device_and_what_runs_in_it_in_the_firmware():
    camera = component(EDITIONS["whole"], CAMERA.device.identity)
    assert (camera["type"], camera["name"], camera["manufacturer"]) == (
        "device",
        "DS-2CD2142FWD-I",
        {"name": "Hikvision"},
    )
    (firmware,) = camera["components"]
    assert (firmware["type"], firmware["name"], firmware["version"]) == (
        "firmware",
        "DS-2CD2142FWD-I firmware",
        "V5.4.5",
    )
    (server,) = firmware["components"]
    assert (server["name"], server["version"]) == ("DVRDVS-Webs", "2.0")


def test_a_firmware_that_has_a_name_of_its_own_is_there_once():
    claims = (
        Claim("component", "routeros 7.1.5", Confidence.CONFIRMED, "x"),
        Claim("firmware", "7.1.5", Confidence.CONFIRMED, "x"),
    )
    device = replace(GATEWAY.device, claims=claims, observations=())
    told = component(
        Edition(replace(REPORT, assessments=(replace(GATEWAY, device=device),), fleet=())), device.identity
    )
    assert [(one["name"], one["version"], one.get("components")) for one in told["components"]] == [
        ("routeros", "7.1.5", None)
    ]


def test_a_device_of_unknown_firmware_has_none():
    assert [one["type"] for one in component(EDITIONS["whole"], GATEWAY.device.identity)["components"]] == [
        "device",
        "device",
    ]


def test_a_sub_device_is_in_the_one_that_speaks_for_it():
    unit = component(EDITIONS["whole"], GATEWAY.device.identity)["components"][0]
    assert (unit["name"], unit["components"][0]["version"]) == ("PM5110", "2.1")


@pytest.mark.parametrize(
    ("cpe", "where"),
    [("cpe:2.3:h:hikvision:ds:-:*:*:*:*:*:*:*", "device"), ("cpe:2.3:o:hikvision:fw:5.4.5:*:*:*:*:*:*:*", "firmware")],
)
def test_a_name_of_the_dictionary_stands_beside_what_it_names(cpe, where):
    device = replace(CAMERA.device, claims=(*CAMERA.device.claims, Claim("cpe", cpe, Confidence.CONFIRMED, "x")))
    told = component(Edition(replace(REPORT, assessments=(replace(CAMERA, device=device),))), CAMERA.device.identity)
    assert {one["type"] for one in (told, *told["components"]) if one.get("cpe") == cpe} == {where}


def test_a_certificate_is_a_cryptographic_asset():
    facts = {
        "tls.sha256": "ab" * 32,
        "tls.subject": "CN=gate",
        "tls.issuer": "CN=gate",
        "tls.not_before": "2020-01-01T00:00:00+00:00",
        "tls.not_after": "never",
    }
    device = replace(GATEWAY.device, observations=(Observation(GATEWAY_WEB, "tls", facts, b"", NOON),))
    edition = Edition(replace(REPORT, assessments=(replace(GATEWAY, device=device),), fleet=()))
    (asset,) = component(edition, device.identity)["components"]
    assert asset["cryptoProperties"]["certificateProperties"] == {
        "subjectName": "CN=gate",
        "issuerName": "CN=gate",
        "notValidBefore": "2020-01-01T00:00:00Z",
        "certificateFormat": "X.509",
    }
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(rendered("cyclonedx", edition)) is None


def test_services_say_where_and_what_was_heard_and_nothing_of_logins():
    told = parsed("cyclonedx", EDITIONS["whole"])["services"]
    camera = {(one["name"], *one["endpoints"]) for one in told if one["group"] == CAMERA.device.identity}
    assert camera == {
        ("telnet", "tcp://10.77.0.10:23"),
        ("http", "tcp://10.77.0.10:80"),
        ("tcp/554", "tcp://10.77.0.10:554"),
        ("upnp", "tcp://10.77.0.10:49152"),
    }
    assert all("authenticated" not in one for one in told)


def test_a_published_vulnerability_affects_the_firmware_and_waits_to_be_looked_at():
    told = {one["id"]: one for one in parsed("cyclonedx", EDITIONS["whole"])["vulnerabilities"]}
    hole = told["CVE-2017-7921"]
    assert hole["analysis"]["state"] == "in_triage"
    assert hole["affects"] == [{"ref": f"{CAMERA.device.identity}#firmware"}]
    assert hole["ratings"] == [
        {"score": 10.0, "method": "CVSSv3", "vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}
    ]
    assert "ratings" not in told["CVE-2017-7923"]


def test_one_that_is_accepted_says_that_it_will_not_be_fixed_and_by_whose_word():
    word = next(one for assessment in LIVED_WITH.assessments for one in assessment.accepted).accepted
    outcomes = tuple(
        replace(one, findings=tuple(replace(f, accepted=word) for f in one.findings)) for one in CAMERA.outcomes
    )
    told = parsed("cyclonedx", Edition(replace(REPORT, assessments=(replace(CAMERA, outcomes=outcomes),))))
    for hole in told["vulnerabilities"]:
        assert hole["analysis"]["response"] == ["will_not_fix"]
        assert hole["analysis"]["detail"].startswith("Accepted by Transport until 2027-03-31")


def test_the_serial_number_is_the_scans():
    first, again = (parsed("cyclonedx", EDITIONS["whole"])["serialNumber"] for _ in range(2))
    other = parsed("cyclonedx", Edition(replace(REPORT, scan=replace(REPORT.scan, id="other"))))["serialNumber"]
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", first)
    assert first == again != other
    assert (
        parsed("cyclonedx", timeless(EDITIONS["whole"]))["serialNumber"]
        == parsed("cyclonedx", timeless(EDITIONS["accepted"]))["serialNumber"]
    )


def test_a_scan_that_did_not_end_says_so():
    told = parsed("cyclonedx", EDITIONS["empty and unfinished"])
    assert {"name": "tocsin:ended", "value": "no: what it had not reached by then is not in it"} in told["metadata"][
        "properties"
    ]
    assert told["components"] == []

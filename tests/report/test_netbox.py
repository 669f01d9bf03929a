"""The change set for NetBox: by its schema, and applied to a NetBox that keeps the real one's rules (NetBox 4.2: dcim/models, ipam/models, extras/models)."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inventory.model import Claim, Confidence
from inventory.report import Assessment, Coverage, Report
from scanner.edition import Edition, timeless
from scanner.report import format_for, netbox
from tests.riverside import CAMERA, GATEWAY, HOSTILE, LIVED_WITH, METER, RECORDER, REPORT

SCHEMA = json.loads((Path(netbox.__file__).parent / "schema" / "tocsin-netbox-1.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
EMPTY = Report(replace(REPORT.scan, ended=None), (), (), Coverage())
UNIQUE = {
    "extras/tags": (("name",), ("slug",)),
    "dcim/manufacturers": (("name",), ("slug",)),
    "dcim/device-types": (("manufacturer", "model"), ("manufacturer", "slug")),
    "dcim/device-roles": (("name",), ("slug",)),
    "dcim/sites": (("name",), ("slug",)),
    "dcim/devices": (("asset_tag",), ("name", "site")),
    "dcim/interfaces": (("device", "name"),),
}
"""What NetBox has no two of."""


class NetBox:
    """As much of NetBox as the change set needs; it cannot delete, and it counts what it is asked to write."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[int, dict[str, Any]]] = {}
        self.writes: list[tuple[str, str]] = []

    def find(self, endpoint: str, query: dict[str, Any]) -> list[int]:
        rows = self.kept.get(endpoint, {})
        return [
            number
            for number, row in rows.items()
            if all(self._fits(endpoint, number, row, *one) for one in query.items())
        ]

    def _fits(self, endpoint: str, number: int, row: dict[str, Any], key: str, value: Any) -> bool:
        match endpoint, key:
            case "ipam/ip-addresses", "address":
                return bool(row["address"].partition("/")[0] == value)
            case "dcim/interfaces", "mac_address":
                return value in self._macs(lambda port: port == number)
            case "dcim/devices", "serial":
                return bool(row.get("serial", "").casefold() == value.casefold())
            case "dcim/devices", "mac_address":
                ports = self.kept.get("dcim/interfaces", {})
                return value in self._macs(lambda port: ports[port]["device"] == number)
            case "dcim/mac-addresses", "interface_id":
                return bool(row["assigned_object_id"] == value)
        return bool(row.get(key.removesuffix("_id")) == value)

    def _macs(self, is_ours: Any) -> list[str]:
        return [
            row["mac_address"]
            for row in self.kept.get("dcim/mac-addresses", {}).values()
            if is_ours(row["assigned_object_id"])
        ]

    def post(self, endpoint: str, body: dict[str, Any]) -> int:
        rows = self.kept.setdefault(endpoint, {})
        for names in UNIQUE.get(endpoint, ()):
            if body.get(names[0]) is None:
                continue
            taken = [[str(row.get(name)).casefold() for name in names] for row in rows.values()]
            assert [str(body.get(name)).casefold() for name in names] not in taken, (
                f"{endpoint}: {names} must be unique: {body}"
            )
        number = sum(map(len, self.kept.values())) + 1
        rows[number] = dict(body)
        self.writes.append(("POST", endpoint))
        return number

    def patch(self, endpoint: str, number: int, body: dict[str, Any]) -> None:
        self.kept[endpoint][number] |= body
        self.writes.append(("PATCH", endpoint))


def document(report: Report) -> dict[str, Any]:
    made: dict[str, Any] = json.loads("".join(netbox.render(Edition(report))))
    return made


def apply(made: dict[str, Any], box: NetBox) -> list[str]:
    """What the docstring of the format says that an importer does; the ids of the objects that are left for a person."""
    ids: dict[str, tuple[str, int]] = {}
    left: list[str] = []

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(each) for each in value]
        if isinstance(value, dict):
            return ids[value["ref"]][1] if "ref" in value else {key: resolved(each) for key, each in value.items()}
        return value

    for one in made["objects"]:
        if any(name in left for name in refs([one["match"], one["create"]])):
            left.append(one["id"])
            continue
        answers = next((found for query in one["match"] if (found := box.find(one["endpoint"], resolved(query)))), [])
        if len(answers) > 1:
            left.append(one["id"])
            continue
        if not answers:
            ids[one["id"]] = one["endpoint"], box.post(one["endpoint"], resolved(one["create"]))
            continue
        ids[one["id"]] = one["endpoint"], answers[0]
        row = box.kept[one["endpoint"]][answers[0]]
        news = {name: resolved(one["create"][name]) for name in one["fill"] if not row.get(name)}
        for name, more in one["add"].items():
            if added := [each for each in resolved(more) if each not in row.get(name, [])]:
                news[name] = [*row.get(name, []), *added]
        if news:
            box.patch(one["endpoint"], answers[0], news)
    for link in made["links"]:
        if link["on"] in ids:
            endpoint, number = ids[link["on"]]
            if news := {
                k: resolved(v)
                for k, v in link["fill"].items()
                if v["ref"] in ids and not box.kept[endpoint][number].get(k)
            }:
                box.patch(endpoint, number, news)
    return left


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from refs(each)
    elif isinstance(value, dict):
        if set(value) == {"ref"}:
            yield value["ref"]
        else:
            yield from refs(list(value.values()))


def saying(assessment: Assessment, **said: str) -> Assessment:
    claims = tuple(Claim(name, value, Confidence.CONFIRMED, "junk") for name, value in said.items())
    return replace(assessment, device=replace(assessment.device, claims=claims))


def test_its_files_are_those_that_end_so():
    assert format_for(Path("city.netbox.json")).name == "netbox"


@pytest.mark.parametrize("report", [REPORT, LIVED_WITH, EMPTY], ids=["full", "accepted", "empty and unfinished"])
def test_it_follows_its_schema(report):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(document(report))


@pytest.mark.parametrize("key", ["device_type", "role", "site", "status", "name"])
def test_the_schema_refuses_a_device_that_netbox_would_refuse(key):
    made = document(REPORT)
    device = next(one for one in made["objects"] if one["endpoint"] == "dcim/devices")
    del device["create"][key]
    assert not VALIDATOR.is_valid(made)


def test_the_schema_refuses_another_status():
    made = document(REPORT)
    next(one for one in made["objects"] if one["endpoint"] == "dcim/devices")["create"]["status"] = "active"
    assert not VALIDATOR.is_valid(made)


@pytest.mark.parametrize("report", [REPORT, LIVED_WITH, EMPTY])
def test_every_reference_is_to_an_object_that_comes_before(report):
    made, known = document(report), set[str]()
    for one in made["objects"]:
        assert set(refs(one)) <= known
        assert one["id"] not in known
        known.add(one["id"])
    assert {link["on"] for link in made["links"]} | set(refs(made["links"])) <= known


def test_an_empty_netbox_gets_every_device_as_staged_with_what_it_needs():
    box = NetBox()
    assert apply(document(REPORT), box) == []
    devices = box.kept["dcim/devices"]
    assert [row["status"] for row in devices.values()] == ["staged"] * 4
    (camera,) = [number for number, row in devices.items() if row["name"].startswith("Camera 7")]
    (port,) = box.find("dcim/interfaces", {"device": camera})
    (address,) = box.find("ipam/ip-addresses", {"address": "10.77.0.10"})
    assert box.kept["ipam/ip-addresses"][address]["address"] == "10.77.0.10/24"
    assert box.kept["ipam/ip-addresses"][address]["assigned_object_id"] == port
    assert devices[camera]["primary_ip4"] == address
    assert box.find("dcim/mac-addresses", {"mac_address": "44:19:b6:01:02:03", "interface_id": port})
    assert box.kept["dcim/sites"][devices[camera]["site"]]["name"] == "Market square"


def test_the_second_time_nothing_is_written():
    box = NetBox()
    apply(document(REPORT), box)
    written = len(box.writes)
    assert apply(document(REPORT), box) == []
    assert box.writes[written:] == []
    assert apply(document(LIVED_WITH), box) == []
    assert {what for what, _ in box.writes[written:]} <= {"POST"}  # another site, by the register
    assert len(box.kept["dcim/devices"]) == 4


def test_what_people_have_made_of_a_device_stays():
    box = NetBox()
    mine = {
        "name": "pole-17",
        "status": "active",
        "serial": "MESH1",
        "site": 900,
        "role": 901,
        "device_type": 902,
        "tags": [7],
    }
    number = box.post("dcim/devices", mine)
    apply(document(REPORT), box)
    row = box.kept["dcim/devices"][number]
    (tag,) = box.find("extras/tags", {"slug": "tocsin"})
    assert {name: row[name] for name in mine} == mine | {"tags": [7, tag]}
    assert "asset_tag" not in row
    assert row["primary_ip4"] in box.kept["ipam/ip-addresses"]
    assert len(box.kept["dcim/devices"]) == 4


def test_a_device_is_known_by_its_mac_address_too():
    box = NetBox()
    number = box.post("dcim/devices", {"name": "cam", "status": "active", "site": 900})
    port = box.post("dcim/interfaces", {"device": number, "name": "eth0"})
    box.post("dcim/mac-addresses", {"mac_address": "44:19:b6:01:02:03", "assigned_object_id": port})
    apply(document(REPORT), box)
    assert len(box.kept["dcim/devices"]) == 4
    assert box.find("dcim/interfaces", {"device": number}) == [port]


def test_what_netbox_has_twice_is_left_for_a_person():
    box = NetBox()
    for name in ("a", "b"):
        box.post("dcim/devices", {"name": name, "serial": "MESH1", "site": 900})
    left = apply(document(REPORT), box)
    assert {name.partition("/")[0] for name in left} == {"device", "interface", "address"}
    assert len(box.kept["dcim/devices"]) == 5


def test_two_devices_of_one_serial_number_or_one_mac_address_stay_two():
    twins = tuple(
        replace(
            saying(METER, serial="S1"),
            device=replace(saying(METER, serial="S1").device, identity=f"address:{n}", addresses=(f"10.0.0.{n}",)),
        )
        for n in (1, 2)
    )
    box = NetBox()
    assert apply(document(replace(REPORT, assessments=twins, fleet=())), box) == []
    assert len(box.kept["dcim/devices"]) == 2


def test_a_host_that_is_not_believed_is_left_out_and_named():
    decoy = replace(GATEWAY, device=replace(GATEWAY.device, untrusted="it opens every port"))
    made = document(replace(REPORT, assessments=(decoy, CAMERA)))
    assert made["left_out"] == [{"device": "serial:MESH1", "reason": "it opens every port"}]
    assert sum(one["endpoint"] == "dcim/devices" for one in made["objects"]) == 1


def test_a_device_below_ip_and_one_of_ipv6_have_the_addresses_that_they_have():
    below = replace(METER, device=replace(METER.device, addresses=("00:11:22:33:44:55",)))
    six = replace(GATEWAY, device=replace(GATEWAY.device, addresses=("10.99.0.1", "fd00:77::1")))
    made = document(replace(REPORT, assessments=(below, six)))
    VALIDATOR.validate(made)
    found = [one["create"]["address"] for one in made["objects"] if one["endpoint"] == "ipam/ip-addresses"]
    assert found == ["10.99.0.1/32", "fd00:77::1/128"]
    assert {"primary_ip4", "primary_ip6"} == set(
        next(link["fill"] for link in made["links"] if link["on"].startswith("device/"))
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Schneider Electric", "schneider-electric"),
        ("Schréder", "schreder"),
        ("DS-2CD2142FWD-I", "ds-2cd2142fwd-i"),
        ("a", "a"),
        ("a+", "a-HASH"),
        ("海康", "HASH"),
        ("", "HASH"),
    ],
)
def test_a_slug_is_readable_and_keeps_names_apart(name, written):
    assert re.sub("[0-9a-f]{16}$", "HASH", netbox.slug(name)) == written


@given(st.text(max_size=200))
@example("+".join(["ab"] * 60))
def test_a_slug_is_always_one_of_netbox(name):
    made = netbox.slug(name)
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", made)
    assert len(made) <= 100


@settings(max_examples=30)
@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_devices_say_the_document_holds(one, other):
    said = (
        saying(CAMERA, vendor=one, model=other, serial=one),
        saying(RECORDER, vendor=other, model=one, serial=other),
    )
    made = document(replace(REPORT, assessments=(*said, saying(METER, vendor=HOSTILE, kind=one))))
    VALIDATOR.validate(made)
    assert apply(made, NetBox()) == []


def test_without_moments_it_is_the_same_for_every_scan_of_one_state():
    later = replace(REPORT, scan=replace(REPORT.scan, id="20270101", started=REPORT.scan.started.replace(year=2027)))
    assert "".join(netbox.render(timeless(Edition(REPORT)))) == "".join(netbox.render(timeless(Edition(later))))

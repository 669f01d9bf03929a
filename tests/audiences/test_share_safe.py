"""A pseudonymised report tells the same and names nothing, in every format; two of one city agree."""

import ipaddress
import re
import stat
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.diff import diff
from inventory.errors import ConfigError
from inventory.model import Endpoint
from inventory.report import Report
from scanner.edition import Edition
from scanner.pseudonyms.addresses import Addresses
from scanner.pseudonyms.key import NAME, key_beside, key_in
from scanner.pseudonyms.rewriting import NOTE, Pseudonyms
from scanner.report import formats
from tests.audiences.riverbank import report, truth

KEY = bytes(range(32))
WHOLE = report()
LATER = report(range(4, 26), days=2)
TOGETHER = Pseudonyms(KEY, (WHOLE, LATER), "Riverbank")
SAFE, SAFE_LATER = TOGETHER.report(WHOLE), TOGETHER.report(LATER)
EDITION = Edition(SAFE_LATER, diff(SAFE, SAFE_LATER), (), TOGETHER.city("Riverbank"), WHOLE.scan.started.date())


def leaks(text: str, told: Report) -> list[str]:
    """What of the truth is in a text, be it cut into several lines."""
    folded, together = text.casefold(), re.sub(r"\s+", "", text.casefold())
    words = ((word, word.casefold()) for word in truth(told))
    return sorted(word for word, small in words if small in folded or re.sub(r"\s+", "", small) in together)


@pytest.mark.parametrize("name", formats())
def test_nothing_that_names_a_device_a_person_or_a_place_is_in_any_format(name):
    text = "".join(formats()[name].render(EDITION))
    assert leaks(text, WHOLE) == leaks(text, LATER) == []
    assert not re.search(r"\b10\.20\.\d", text)


def test_the_same_names_are_found_where_nothing_is_replaced():
    text = "".join(formats()["json"].render(Edition(WHOLE)))
    assert len(leaks(text, WHOLE)) > 0.9 * len(truth(WHOLE))


def test_the_report_says_that_it_is_pseudonymised():
    assert SAFE.scan.notes[0] == NOTE


def test_two_renderings_are_the_same_bytes():
    again = Pseudonyms(KEY, (WHOLE,), "Riverbank").report(WHOLE)
    assert again == SAFE
    assert Pseudonyms(bytes(32), (WHOLE,)).report(WHOLE) != SAFE


def test_what_was_found_is_the_same():
    def structure(told: Report) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = [
            (
                one.score.value,
                one.score.band,
                one.score.due,
                len(one.device.addresses),
                tuple(sorted((e.port, e.transport) for e in one.device.open_ports)),
                tuple((f.check, f.severity, f.confidence, f.endpoint.port, f.accepted is None) for f in one.findings),
                tuple((c.value) for c in one.device.claims if c.name in ("vendor", "model", "kind", "firmware")),
                tuple((outcome.check, outcome.status) for outcome in one.outcomes),
                one.quarantine is None,
            )
            for one in told.assessments
        ]
        return sorted(rows, key=repr)

    assert structure(SAFE) == structure(WHOLE)
    assert (SAFE.coverage, SAFE.dated, len(SAFE.fleet)) == (WHOLE.coverage, WHOLE.dated, len(WHOLE.fleet))
    departments = [Counter(one.context.department for one in told.assessments) for told in (SAFE, WHOLE)]
    assert sorted(departments[0].values()) == sorted(departments[1].values())


def test_the_device_of_a_fleet_finding_is_the_one_that_bears_its_name():
    ids = {one.device.identity for one in SAFE.assessments}
    assert len(ids) == len(WHOLE.assessments)
    assert set(SAFE.fleet[0].devices) < ids
    assert SAFE.register is not None
    assert set(SAFE.register.unknown) < ids


def test_the_difference_of_two_pseudonymised_reports_is_the_pseudonymised_difference():
    plain, veiled = diff(WHOLE, LATER), diff(SAFE, SAFE_LATER)
    assert Counter(each.state for each in plain.devices) == Counter(each.state for each in veiled.devices)
    told = {TOGETHER.finding(each.finding.id): (each.state, each.was, each.finding.check) for each in plain.findings}
    assert told == {each.finding.id: (each.state, each.was, each.finding.check) for each in veiled.findings}
    assert {each.state for each in veiled.findings} >= {"new", "still there", "not observed"}


def test_a_device_that_changed_is_changed_under_its_pseudonym_too():
    first, *others = LATER.assessments
    moved = replace(first, device=replace(first.device, addresses=("10.20.3.250",), mac="44:19:b6:0a:ee:7f"))
    newer = replace(LATER, assessments=(moved, *others))
    both = Pseudonyms(KEY, (LATER, newer))
    (plain,), (veiled,) = (
        [each.changes for each in diff(*pair).devices]
        for pair in ((LATER, newer), (both.report(LATER), both.report(newer)))
    )
    assert [line.split(":")[0] for line in plain] == [line.split(":")[0] for line in veiled] == ["moved", "mac"]


def test_a_report_alone_and_beside_another_has_the_same_pseudonyms():
    alone = Pseudonyms(KEY, (LATER,)).report(LATER)
    assert {one.device.identity for one in alone.assessments} == {one.device.identity for one in SAFE_LATER.assessments}
    assert {one.device.address for one in alone.assessments} == {one.device.address for one in SAFE_LATER.assessments}
    assert {one.context.name for one in alone.assessments} == {one.context.name for one in SAFE_LATER.assessments}


ADDRESSES = st.integers(0, 2**24 - 1).map(lambda number: str(ipaddress.IPv4Address((10 << 24) + number)))
LOCALS = st.integers(0, 2**64 - 1).map(lambda number: str(ipaddress.IPv6Address((0xFD123456789A0001 << 64) + number)))


@given(st.lists(ADDRESSES | LOCALS, min_size=2, max_size=12, unique=True))
def test_distinct_addresses_stay_distinct_and_neighbours_stay_neighbours(addresses):
    mapping = Addresses(KEY)
    made = [mapping.address(address) for address in addresses]
    assert len(set(made)) == len(addresses)
    for one, other, was, has in zip(addresses, addresses[1:], made, made[1:], strict=False):
        there, here = (ipaddress.ip_address(each) for each in (one, other))
        if there.version == here.version:
            now = int(ipaddress.ip_address(was)) ^ int(ipaddress.ip_address(has))
            assert (int(there) ^ int(here)).bit_length() == now.bit_length()


def test_private_addresses_stay_private_and_public_ones_become_documentation():
    mapping = Addresses(KEY)
    assert ipaddress.ip_address(mapping.address("10.1.2.3")) in ipaddress.ip_network("10.0.0.0/8")
    assert ipaddress.ip_address(mapping.address("8.8.8.8")) in ipaddress.ip_network("2001:db8::/32")
    assert mapping.address("127.0.0.1") == "127.0.0.1"
    assert ipaddress.ip_address(mapping.address("fe80::1%eth0").partition("%")[0]).is_link_local


def test_a_network_lies_around_the_same_devices_as_before():
    mapping = Addresses(KEY)
    network = ipaddress.ip_network(mapping.network("10.20.0.0/21"))
    assert ipaddress.ip_address(mapping.address("10.20.6.1")) in network
    assert ipaddress.ip_address(mapping.address("10.20.8.1")) not in network
    assert mapping.network("10.20.0.5-20").endswith("/27")


PIECES = st.sampled_from(
    [
        "at",
        "its key",
        "(",
        ")",
        "says",
        ";",
        "port 80/tcp",
        "TLSv1.2",
        "since 2026-11-20,",
        "[",
        "]",
        "'",
        '"',
        "12:30:45",
        "—",
    ]
)
SECRETS = st.sampled_from(
    [
        *(
            "10.20.3.13",
            "[fd12:3456:789a::1003]:443",
            "44:19:b6:0a:03:7f",
            "44-19-B6-0A-03-7F",
            "4419.b60a.037f",
            "4419b60a037f",
            "SRL0003QX",
            "srl0003qx",
        ),
        *(
            "kamera003.intern.riverbank.example",
            "Zollhaus-003",
            "http://10.20.3.13/x?y=1",
            "wart@riverbank.example",
            "serial:made:SRL0003QX",
            "Rathausplatz",
        ),
        *("e20d2a713f0178020303", "CN=kamera003.intern.riverbank.example", "10.20.3.13:443/tcp"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PIECES, SECRETS), min_size=1, max_size=5), st.sampled_from([" ", "  ", ", "]))
def test_no_sentence_keeps_a_name(parts, blank):
    detail = blank.join(f"{piece}{blank}{secret}" for piece, secret in parts)
    (one,) = (each for each in WHOLE.assessments if each.context.name == "Zollhaus-003")
    told = replace(one, device=replace(one.device, untrusted=detail, gaps=()))
    veiled = TOGETHER.report(replace(WHOLE, assessments=(told,)))
    said = veiled.assessments[0].device.untrusted.casefold()
    for secret in (
        "10.20.3",
        "19b60a037f",
        "19:b6",
        "19-b6",
        "0003qx",
        "kamera003",
        "riverbank",
        "zollhaus",
        "rathausplatz",
        "e20d2a",
        "fd12:3456",
    ):
        assert secret not in said


def test_the_ports_of_an_endpoint_stay():
    before = sorted({e.port for one in WHOLE.assessments for e in one.device.open_ports})
    assert sorted({e.port for one in SAFE.assessments for e in one.device.open_ports}) == before
    assert all(isinstance(Endpoint(one.device.address, 0).sort_key, tuple) for one in SAFE.assessments)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path):
    key = key_beside(tmp_path / "state")
    path = tmp_path / "state" / NAME
    assert (len(key), stat.S_IMODE(path.stat().st_mode)) == (32, 0o600)
    assert key_beside(tmp_path / "state") == key
    assert [each.name for each in path.parent.iterdir()] == [NAME]


def test_a_key_of_another_size_is_refused(tmp_path: Path):
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(ConfigError, match="holds 5 bytes, and a key of pseudonyms is 32"):
        key_in(tmp_path / "key")
    with pytest.raises(ConfigError, match="cannot read the key"):
        key_in(tmp_path / "none")

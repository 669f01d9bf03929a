import random
from datetime import UTC, datetime

import pytest

from inventory.ages import FirmwareAge
from inventory.errors import ConfigError
from inventory.model import Claim, Confidence, Device, Level
from inventory.register import Register, parse_register, read_register
from inventory.report import Assessment, Coverage, Report, Scan
from scanner.city import City
from scanner.ranking import ranked
from scanner.score import score

HEAD = "name,address,mac,serial,owner,department,site,criticality\n"
ROWS = (
    HEAD
    + "Pump 4,10.20.0.30,,,Waterworks,Water,north,critical\n"
    + "Camera 7,,44-19-B6-01-02-03,,Police,Security,north,high\n"
    + "Sign 2,10.20.0.41,,SN-9,Roads,Transport,ring,normal\n"
    + ",10.20.1.0/24,,,Schools,Education,,low\n"
)


def register(text: str) -> Register:
    return parse_register(text, "register.csv")


def device(address="10.20.0.30", mac=None, serial="", identity=""):
    claims = (Claim("serial", serial, Confidence.CONFIRMED, "a-fingerprint"),) if serial else ()
    return Device(identity or f"address:{address}", (address,), mac, claims=claims)


@pytest.mark.parametrize(
    ("found", "name", "owner"),
    [
        (device("10.20.0.30"), "Pump 4", "Waterworks"),
        (device("10.20.9.9", "44:19:b6:01:02:03"), "Camera 7", "Police"),
        (device("10.20.9.9", serial="sn-9"), "Sign 2", "Roads"),
        (device("10.20.1.77"), "", "Schools"),
        (device("10.20.0.30", serial="SN-9"), "Sign 2", "Roads"),  # moved: the serial number is surer than the address
    ],
)
def test_a_device_is_found_by_its_serial_number_then_its_mac_then_its_address_then_its_network(found, name, owner):
    row = register(ROWS).entry(found)
    assert row is not None
    assert (row.name, row.owner) == (name, owner)


def test_a_device_that_no_row_names_has_none():
    assert register(ROWS).entry(device("10.20.7.7", "00:00:00:00:00:01", "SN-10")) is None


def test_a_spreadsheet_s_semicolons_byte_order_mark_and_empty_lines_are_read(tmp_path):
    path = tmp_path / "register.csv"
    path.write_bytes("\ufeffSerial;Owner\r\nSN-9;Roads\r\n;\r\n".encode())
    row = read_register(path).entry(device(serial="SN-9"))
    assert row is not None
    assert (row.owner, row.line) == ("Roads", 2)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "A,10.20.0.5,,,,,,\nB,10.20.0.5,,,,,,\n",
            "register.csv line 3: the address 10.20.0.5 already stands in line 2; a device has one row: take one of them out",
        ),
        (
            "A,,44:19:b6:01:02:03,,,,,\nB,,4419.b601.0203,,,,,\n",
            "register.csv line 3: the mac 44:19:b6:01:02:03 already",
        ),
        ("A,,,SN-1,,,,\nB,10.20.0.9,,sn-1,,,,\n", "register.csv line 3: the serial sn-1 already stands in line 2"),
        (
            "A,fd00::1,,,,,,\nB,fd00:0::0001,,,,,,\n",
            "register.csv line 3: the address fd00::1 already stands in line 2",
        ),
        (
            "A,10.20.0.0/16,,,,,,\nB,10.30.0.0/16,,,,,,\nC,10.20.4.0/24,,,,,,\n",
            "register.csv line 4: the network 10.20.4.0/24 overlaps 10.20.0.0/16 in line 2; a device would have two owners: divide them",
        ),
        ("A,10.20.0.0/24,,,,,,\nB,10.20.0.0/24,,,,,,\n", "register.csv line 3: the network 10.20.0.0/24 overlaps"),
        ("A,10.20.0.1/24,,,,,,\n", "register.csv line 2: '10.20.0.1/24' is neither an address nor a network"),
        ("A,pump-4,,,,,,\n", "register.csv line 2: 'pump-4' is neither an address nor a network such as 10.20.0.0/24"),
        ("A,,pump,,,,,\n", "register.csv line 2: 'pump' is no MAC address such as 44:19:b6:01:02:03"),
        ("A,10.20.0.5,,,,,,urgent\n", "register.csv line 2: the criticality 'urgent' is none of low, normal, high"),
        ("A,,,,Roads,,,\n", "register.csv line 2: it names no device: give an address, a network, a mac or a serial"),
        ("A,10.20.0.0/24,,SN-1,,,,\n", "register.csv line 2: it names a network and one device of it"),
        ("A,10.20.0.5\n", "register.csv line 2: it has 2 fields where the first line names 8 columns"),
        (f"{'A' * 500},10.20.0.5,,,,,,\n", "register.csv line 2: its name has more than 400 characters"),
        ('"A\nB",10.20.0.5,,,,,,\n"C",10.20.0.5,,,,,,\n', "register.csv line 4: the address 10.20.0.5 already stands"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(rows, said):
    with pytest.raises(ConfigError) as refused:
        register(HEAD + rows)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("", "register.csv line 1: the first line must name the columns, address, mac or serial among them"),
        ("name,owner\n", "register.csv line 1: the first line must name the columns"),
        ("adress,mac\n", "register.csv line 1: there is no column 'adress'; did you mean 'address'?"),
        ("mac,mac\n", "register.csv line 1: the column 'mac' is named twice"),
        ("mac,\x1b[31m\n", "register.csv line 1: there is no column '\\\\x1b[31m'; known are name, address"),
    ],
)
def test_a_first_line_that_names_something_else_is_refused(head, said):
    with pytest.raises(ConfigError) as refused:
        register(head)
    assert str(refused.value).startswith(said)


def test_a_file_that_is_not_there_or_no_text_is_the_operator_s_to_mend(tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        read_register(tmp_path / "none.csv")
    (tmp_path / "register.csv").write_bytes(b"serial\nSN-1\n\xff\n")
    with pytest.raises(ConfigError, match="line 3: this is not UTF-8 text"):
        read_register(tmp_path / "register.csv")


def test_the_order_of_the_rows_does_not_matter():
    lines = ROWS.removeprefix(HEAD).splitlines(keepends=True)
    every = [device(f"10.20.{third}.{last}") for third in (0, 1, 2) for last in (1, 30, 41)]
    expected = [row and row.owner for row in map(register(ROWS).entry, every)]
    for seed in range(6):
        random.Random(seed).shuffle(lines)
        shuffled = register(HEAD + "".join(lines))
        assert [row and row.owner for row in map(shuffled.entry, every)] == expected


def assessed(one, when):
    return Assessment(one, (), score(()), FirmwareAge(), when)


def report(*devices, networks=("10.20.0.0/24",)):
    when = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    scan = Scan("20261121T020000Z-0001", when, networks, Level.IDENTIFY, "CISO", "1", ended=when)
    return Report(scan, tuple(assessed(one, when) for one in devices), (), Coverage(254, len(devices)))


def test_what_was_sought_and_not_found_is_missing_and_what_no_row_names_is_unknown():
    stranger = device("10.20.0.99", identity="serial:SN-77")
    found = report(device("10.20.0.41"), stranger)
    compared = register(ROWS).compared(found)
    assert compared.rows == 4
    assert compared.missing == ("Pump 4 (10.20.0.30)",)
    assert compared.unknown == ("serial:SN-77",)


def test_a_row_outside_the_networks_of_the_scan_and_one_without_an_address_were_not_sought():
    compared = register(ROWS).compared(report(networks=("10.20.0.40-10.20.0.50", "camera.example", "fe80::/64%eth0")))
    assert compared.missing == ("Sign 2 (SN-9 10.20.0.41)",)
    assert register(ROWS).compared(report(networks=("10.20.0.40-50",))).missing == ("Sign 2 (SN-9 10.20.0.41)",)
    assert register(ROWS).compared(report(networks=("10.99.0.0/24",))).missing == ()


def test_the_ranking_puts_a_device_under_the_register_s_words():
    city = City(datetime(2026, 11, 21, tzinfo=UTC).date(), department=lambda _: "of the site", register=register(ROWS))
    placed = ranked(report(device("10.20.0.30"), device("10.20.0.99")), city)
    pump, stranger = (one.context for one in placed.assessments)
    assert (pump.name, pump.owner, pump.department, pump.site) == ("Pump 4", "Waterworks", "Water", "north")
    assert (pump.criticality, pump.impact) == ("critical", "very high")
    assert (stranger.name, stranger.department, stranger.criticality) == ("", "of the site", "")
    assert placed.register is not None
    assert placed.register.unknown == ("address:10.20.0.99",)


LABELS = (
    HEAD
    + "Lamp 3,10.20.0.50,44:19:b6:00:00:03,SN-3,Parks,Parks,park,low\n"
    + "Pump 4,10.20.0.30,,SN-4,Waterworks,Water,north,critical\n"
    + "Bench,,,SN-5,School,Education,lab,low\n"
    + ",10.20.1.0/24,,,Schools,Education,,normal\n"
)


@pytest.mark.parametrize(
    ("found", "criticality"),
    [
        (device("10.20.0.50", serial="SN-3"), "low"),
        (device("10.20.7.7", "44:19:b6:00:00:03", "SN-3"), "low"),  # it has moved, and its card was seen
        (device("10.20.7.7", serial="SN-3"), ""),
        (device("10.20.7.7", "00:40:8c:00:00:01", "SN-3"), ""),
        (device("10.20.0.30", serial="SN-3"), "critical"),
        (device("10.20.1.9", serial="SN-3"), "normal"),
        (device("10.20.7.7", serial="SN-4"), "critical"),  # nobody makes himself more important than he is
        (device("10.20.7.7", serial="SN-5"), "low"),  # the register knows it by nothing else
    ],
)
def test_a_serial_number_that_a_device_states_lowers_nothing_beside_an_address_or_card_of_another(found, criticality):
    assert register(LABELS).criticality(found) == criticality


def test_the_owner_is_found_by_the_serial_number_all_the_same():
    row, vouched = (
        look(device("10.20.7.7", serial="SN-3")) for look in (register(LABELS).entry, register(LABELS).vouched)
    )
    assert row is not None
    assert (row.owner, vouched) == ("Parks", None)

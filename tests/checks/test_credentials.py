import tomllib
from collections import Counter

import pytest

from checks.catalogue import catalogue
from checks.credentials import (
    FOLDER,
    PROTOCOLS,
    check_catalogue,
    load_catalogue,
    load_without,
    read,
    read_without,
)
from inventory.model import KINDS, Claim, Confidence, Device

CATALOGUE = load_catalogue()
ORIGINS = (
    "DefaultCreds-cheat-sheet (ihebski, MIT)",
    "nuclei-templates (ProjectDiscovery, MIT)",
    "SecLists (MIT)",
    "ATSPM (Utah DOT, Apache-2.0)",
    "CVE-",
    "IoTSeeker (Rapid7, BSD-3)",
    "manual: ",
)
ENTRY = """
[[entry]]
id = "one"
vendor = "Acme"
products = ["^CAM"]
protocol = ["http"]
accounts = [{ user = "admin", password = "s3cret" }]
source = "manual: Acme CAM"
"""
WITHOUT = """
[[without]]
vendor = "Acme"
products = ["^CAM-9"]
why = "its password is on its label"
source = "manual: Acme CAM-9"
"""


def documented(device, entries=None):
    return catalogue(entries).documented(device)


def without_default(device, records):
    return catalogue([], without=records).has_none(device)


def identified(vendor="", model="", kind=""):
    values = {"vendor": vendor, "model": model, "kind": kind}
    claims = tuple(Claim(name, value, Confidence.CONFIRMED, "test") for name, value in values.items() if value)
    return Device("serial:1", ("192.0.2.1",), claims=claims)


def test_every_entry_has_one_to_three_accounts():
    assert {entry.id: len(entry.accounts) for entry in CATALOGUE if not 1 <= len(entry.accounts) <= 3} == {}


def test_every_entry_has_a_source_of_a_known_origin():
    assert {entry.id: entry.source for entry in CATALOGUE if not entry.source.startswith(ORIGINS)} == {}


def test_every_entry_is_of_known_protocols_and_kinds():
    strange = {entry.id: {*entry.protocols} - PROTOCOLS | {*entry.kinds} - set(KINDS) for entry in CATALOGUE}
    assert {entry: words for entry, words in strange.items() if words} == {}


def test_no_entry_names_one_user_more_than_twice():
    users = {entry.id: Counter(account.user for account in entry.accounts) for entry in CATALOGUE}
    assert {entry: counted for entry, counted in users.items() if max(counted.values(), default=0) > 2} == {}


def test_the_catalogue_covers_the_vendors_of_a_city():
    assert len({entry.vendor for entry in CATALOGUE}) >= 60


@pytest.mark.parametrize(
    ("product", "protocol", "user", "password"),
    [
        (("Hikvision", "DS-2CD2142FWD-I", "camera"), "http", "admin", "12345"),
        (("Uniview", "NVR301-08B", "recorder"), "http", "admin", "123456"),
        (("Econolite", "Cobalt", "traffic-controller"), "snmp", "", "public"),
        (("Schneider Electric", "BMX P34 2020", "plc"), "http", "USER", "USER"),
        (("Teltonika", "RUT240", "router"), "ssh", "root", "admin01"),
        (("APC", "AP9630", "ups"), "telnet", "apc", "apc"),
        (("APC", "AP9630", "ups"), "http", "apc", "apc"),
        (("APC", "AP9630", "ups"), "snmp", "", "public"),
        (("HID", "VertX V2000", "door-controller"), "telnet", "root", "pass"),
        (("TVT", "TD-2708", "recorder"), "http", "admin", "123456"),
        (("Axis", "P3245-LV", "camera"), "http", "root", "pass"),
        (("LOYTEC", "LINX-151", "building-controller"), "http", "admin", "loytec4u"),
        (("Libelium", "Meshlium", "air-sensor"), "http", "root", "libelium"),
    ],
)
def test_the_likeliest_account_of_a_product_is_the_documented_one(product, protocol, user, password):
    entries = [entry for entry in documented(identified(*product)) if protocol in entry.protocols]
    assert (entries[0].accounts[0].user, entries[0].accounts[0].password) == (user, password)


def test_a_typo_of_the_sources_was_not_carried_over():
    passwords = {account.password for entry in CATALOGUE for account in entry.accounts}
    assert passwords.isdisjoint({"jauntech", "20xbully", "ikwd", "<blank>"})


def test_no_password_shows_in_a_representation():
    (entry,) = read(ENTRY, "acme.toml")
    assert "s3cret" not in repr(entry)


def test_an_entry_stands_for_its_models_only():
    entries = read(ENTRY, "acme.toml")
    assert documented(identified("Acme", "cam-3"), entries) == entries
    assert documented(identified("Acme", "NVR-1"), entries) == ()
    assert documented(identified("Acme"), entries) == ()


def test_an_entry_without_models_stands_for_all_of_the_vendor():
    entries = read(ENTRY.replace('["^CAM"]', "[]"), "acme.toml")
    assert documented(identified("ACME"), entries) == entries


def test_an_entry_with_kinds_stands_for_those_only():
    entries = read(ENTRY.replace('["^CAM"]', '[]\nkinds = ["camera"]'), "acme.toml")
    assert documented(identified("Acme", "x", "camera"), entries) == entries
    assert documented(identified("Acme", "x", "printer"), entries) == ()


def test_a_device_without_a_vendor_has_no_documented_accounts():
    assert documented(identified(model="cam-3", kind="camera")) == ()


def test_accents_and_case_do_not_tell_vendors_apart():
    entries = read(ENTRY.replace('"Acme"', '"Schréder"').replace('["^CAM"]', "[]"), "acme.toml")
    assert documented(identified("SCHREDER"), entries) == entries


def test_entries_that_name_the_model_come_first():
    general = ENTRY.replace('"one"', '"all"').replace('["^CAM"]', "[]").replace("s3cret", "other")
    entries = read(general + ENTRY, "acme.toml")
    assert [entry.id for entry in documented(identified("Acme", "cam-3"), entries)] == ["one", "all"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("source = ", "sauce = "), "unknown key 'sauce', no source"),
        (('source = "manual: Acme CAM"', 'source = " "'), "source must be a text that says something"),
        (('["http"]', '["gopher"]'), "protocol must be some of ftp, http, ipmi, mqtt"),
        (('["http"]', "[]"), "protocol must be some of"),
        (('["^CAM"]', '["("]'), "is no regular expression"),
        (('["^CAM"]', '"CAM"'), "lists of texts"),
        (('["^CAM"]', '[]\nkinds = ["toaster"]'), "unknown kind toaster"),
        (('["^CAM"]', "[]\nlock_threshold = -1"), "lock_threshold"),
        (('[{ user = "admin", password = "s3cret" }]', "[]"), "no accounts"),
        (('password = "s3cret"', "password = 5"), "an account is"),
        (('user = "admin", ', ""), "an account is"),
        (('user = "admin", password = "s3cret"', 'user = "", password = ""'), "without user and password"),
    ],
)
def test_a_broken_entry_is_refused_by_file_and_name(change, complaint):
    with pytest.raises(ValueError, match=r"acme\.toml: entry 'one'") as refused:
        read(ENTRY.replace(*change), "acme.toml")
    assert complaint in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_anything_but_entries_is_refused():
    with pytest.raises(ValueError, match="found entry, extra"):
        read(ENTRY + "[extra]\n", "acme.toml")
    with pytest.raises(ValueError, match="found nothing"):
        read("", "acme.toml")


def test_an_id_that_stands_there_twice_is_refused():
    with pytest.raises(ValueError, match="'one' stands in the catalogue twice"):
        check_catalogue(read(ENTRY + ENTRY, "acme.toml"))


def test_an_account_that_stands_there_twice_is_refused():
    with pytest.raises(ValueError, match="'two': account 'admin' already stands in 'one'"):
        check_catalogue(read(ENTRY + ENTRY.replace('"one"', '"two"'), "acme.toml"))


def test_every_file_of_the_folder_is_read():
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.iterdir()]
    assert sum(len(table.get("entry", ())) for table in tables) == len(CATALOGUE)
    assert sum(len(table.get("without", ())) for table in tables) == len(load_without())


def test_a_product_without_a_default_account_says_why_and_the_rest_of_its_vendor_does_not():
    records = read_without(WITHOUT, "acme.toml")
    assert without_default(identified("ACME", "cam-9b"), records) == "its password is on its label"
    assert without_default(identified("Acme", "CAM-3"), records) == ""
    assert without_default(identified("Acme"), records) == ""
    assert without_default(identified("Other", "CAM-9"), records) == ""
    assert without_default(identified(model="CAM-9"), records) == ""


def test_a_vendor_without_a_default_account_says_why_for_all_that_it_makes():
    records = read_without(WITHOUT.replace('["^CAM-9"]', "[]"), "acme.toml")
    assert without_default(identified("Acme"), records) == "its password is on its label"


def test_of_a_product_without_a_default_account_none_of_its_vendor_at_large_is_tried():
    assert [entry.id for entry in documented(identified("Digi", "PortServer TS 4", "serial-server"))][-1] == "digi"
    assert documented(identified("Digi", "IX20", "router")) == ()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("why = ", "reason = "), "it has products, source, vendor, why and nothing else"),
        (('why = "its password is on its label"', 'why = " "'), "why must be a text that says something"),
        (('["^CAM-9"]', '["("]'), "is no regular expression"),
    ],
)
def test_a_broken_record_of_a_product_without_a_default_account_is_refused(change, complaint):
    with pytest.raises(ValueError, match=r"acme\.toml: without 'Acme'") as refused:
        read_without(WITHOUT.replace(*change), "acme.toml")
    assert complaint in str(refused.value)

import re
import tomllib
from pathlib import Path

import pytest

from checks.makers import load_makers, read_makers
from checks.products import family_names, looked_up, maker_of, order_numbers, plain_vendor, stated_names, vendor_of

FINGERPRINTS = Path(__file__).parents[2] / "scanner" / "fingerprints"


@pytest.mark.parametrize(
    ("written", "fingerprint"),
    [
        # CISA's CSAF files
        ("Mitsubishi Electric Corporation", "Mitsubishi Electric"),
        (" Mitsubishi Electric", "Mitsubishi Electric"),
        ("Rockwell Automation ", "Rockwell Automation"),
        ("Schneider Electric Software, LLC", "Schneider Electric"),
        ("General Electric (GE)", "GE"),
        ("Weidmueller", "Weidmüller"),
        ("GeutebrÃ¼ck", "Geutebrück"),
        ("PHOENIX CONTACT, Innominate Security Technologies", "Phoenix Contact"),
        ("Hirschmann Automation and Control GmbH, Belden Inc.", "Hirschmann"),
        ("Dahua Technology Co, Ltd", "Dahua"),
        ("Axis Communications", "Axis"),
        ("Digi International, Inc. ", "Digi"),
        ("Hanwha Techwin", "Hanwha Vision"),
        ("LOYTEC electronics GmbH", "LOYTEC"),
        ("Automated Logic Corporation (ALC)", "Automated Logic"),
        ("Schweitzer Engineering Laboratories, Inc. (SEL)", "Schweitzer Engineering Laboratories"),
        ("HID Global", "HID"),
        ("Nice", "Nortek"),
        ("B&R Industrial Automation", "B&R"),
        ("Automation Direct", "AutomationDirect"),
        # CISA's catalogue of known exploited vulnerabilities
        ("Hewlett Packard (HP)", "HP"),
        ("Ruckus Wireless", "Ruckus"),
        ("QNAP Systems", "QNAP"),
        # NVD's CPE dictionary
        ("dahuasecurity", "Dahua"),
        ("dlink", "D-Link"),
        ("tp-link", "TP-Link"),
        ("rockwellautomation", "Rockwell Automation"),
        ("ui", "Ubiquiti"),
        ("sierrawireless", "Sierra Wireless"),
        ("schneider-electric", "Schneider Electric"),
        ("ASUSTek Computer Inc.", "ASUS"),
        ("Hangzhou Hikvision Digital Technology Co., Ltd.", "Hikvision"),
    ],
)
def test_a_maker_is_known_by_every_spelling_that_tables_have_of_it(written, fingerprint):
    assert plain_vendor(written) == plain_vendor(fingerprint)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Delta Electronics", "Delta Controls"),
        ("GE", "GE Current"),
        ("GE Healthcare", "GE"),
        ("Bosch", "Bosch Rexroth"),
        ("Hitachi Energy", "Hitachi Vantara"),
        ("Carrier", "Carrier LenelS2"),
        ("Trend", "Trend Micro"),
        ("Phoenix Contact", "Phoenix Broadband Technologies LLC"),
    ],
)
def test_makers_of_like_names_are_kept_apart(one, other):
    assert plain_vendor(one) != plain_vendor(other)


@pytest.mark.parametrize("name", ["中国", "AG", "2N", "()", "(GE)", ", Inc.", "ü" * 9000])
def test_any_name_has_a_plain_one(name):
    assert plain_vendor(name) == plain_vendor(name)
    assert len(plain_vendor(name)) <= 240


def test_the_fingerprints_names_stay_apart_but_for_two_of_one_maker():
    named: dict[str, set[str]] = {}
    for path in FINGERPRINTS.glob("*.toml"):
        for name in re.findall(r'^ *vendor = "([^"{]+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
            named.setdefault(plain_vendor(name), set()).add(name)
    assert {key: names for key, names in named.items() if len(names) > 1} == {"hid": {"HID", "Mercury Security"}}


def test_no_maker_is_known_by_the_name_of_another():
    names = [plain_vendor(maker.name) for maker in load_makers()]
    assert len(names) == len(set(names))
    others = [(maker.name, other) for maker in load_makers() for other in maker.also]
    assert all(plain_vendor(other) == plain_vendor(name) for name, other in others)
    assert all(maker.source for maker in load_makers())


def test_a_list_with_a_pattern_that_is_none_is_refused():
    with pytest.raises(re.error):
        read_makers('[[maker]]\nname = "A"\nsource = "s"\n[[maker.family]]\npattern = "("\nnames = []\n')
    with pytest.raises(tomllib.TOMLDecodeError):
        read_makers("maker = ")


def test_a_brand_is_looked_up_under_the_maker_that_speaks_for_it():
    assert looked_up(plain_vendor("APC by Schneider Electric")) == ("apc", "schneiderelectric")
    assert looked_up("siemens") == ("siemens",)
    assert looked_up("nobody") == ("nobody",)
    assert maker_of("nobody") is None


def test_a_controller_is_one_of_its_family(make):
    device = make(claims={"vendor": "Siemens", "model": "CPU1212C AC/DC/Rly"})
    assert family_names(device) == ("SIMATIC S7-1200", "SIMATIC S7-1200 CPU", "SIMATIC S7-1200 CPU1212C AC/DC/Rly")


def test_an_order_number_tells_the_family_as_well(make):
    device = make(claims={"vendor": "Siemens", "hardware": "6ES7 315-2EH14-0AB0"})
    assert order_numbers(device) == ("6es73152eh140ab0",)
    assert family_names(device) == ("SIMATIC S7-300", "SIMATIC S7-300 CPU")


@pytest.mark.parametrize("hardware", ["B1", "Rev. C", "5", "F000B543", "0x511a", "7C5"])
def test_a_revision_is_no_order_number(make, hardware):
    assert order_numbers(make(claims={"vendor": "Siemens", "hardware": hardware})) == ()


def test_a_family_is_its_own_makers_only(make):
    assert family_names(make(claims={"vendor": "Moxa", "model": "CPU1212C AC/DC/Rly"})) == ()


@pytest.mark.parametrize(
    ("vendor", "model", "family"),
    [
        ("Rockwell Automation", "1766-L32BXB", "MicroLogix 1400"),
        ("Rockwell Automation", "1769-L33ER/A LOGIX5333ER", "CompactLogix 5370"),
        ("Schneider Electric", "BMX P34 2020", "Modicon M340"),
        ("Schneider Electric", "140 CPU 651 60", "Modicon Quantum"),
        ("WAGO", "750-8202", "PFC200"),
        ("MikroTik", "RB750Gr3", "RouterOS"),
        ("QNAP", "TS-464C", "QTS"),
    ],
)
def test_a_part_number_tells_the_family(make, vendor, model, family):
    assert family in family_names(make(claims={"vendor": vendor, "model": model}))


def test_a_switch_that_runs_another_system_is_not_of_the_family(make):
    assert family_names(make(claims={"vendor": "MikroTik", "model": "RB260GS"})) == ()


def test_a_device_states_its_name_as_its_model_and_in_its_cpe_name(make):
    claims = {"vendor": "Ubiquiti Networks", "model": "NanoStation M5", "cpe": "cpe:2.3:o:ui:airos:*:*:*:*:*:*:*:*"}
    device = make(claims={**claims, "component": "dropbear 2012.55"})
    assert (vendor_of(device), stated_names(device)) == ("ubiquiti", ("NanoStation M5", "airos"))

import pytest

from checks.advisory_shelf import Names, Shelf
from checks.knowledge import Advisory
from checks.product_patterns import Fit, model_in_range, pattern, stripped
from checks.products import orders_in, plain_vendor
from inventory.model import Device


def fit(vendor: str, product: str, *models: str, families: tuple[str, ...] = (), order: str = "") -> Fit | None:
    """How well a device of those models goes by the product of an advisory."""
    maker = plain_vendor(vendor)
    shelf = Shelf(maker, [Advisory("A", vendor, product, "vers:all/*", (), None)])  # type: ignore[arg-type]  # no day is asked
    called = Names(
        tuple(stripped(model, maker) for model in models),
        tuple(stripped(family, maker) for family in families),
        orders_in(order),
    )
    return next((named.fit for named in shelf.naming(called)), None)


@pytest.mark.parametrize(
    ("vendor", "product", "model"),
    [
        ("Moxa", "NPort 5110", "NPort 5110"),
        ("Moxa", "nport_5110_firmware", "NPort 5110"),
        ("Moxa", "MB3170 series", "MGate MB3170"),
        ("Tenda", "fh1205_firmware", "FH1205"),
        ("Axis Communications", "AXIS M1004", "M1004"),
        ("Siemens", "RUGGEDCOM ROS", "ruggedcom_ros"),
        ("Siemens", "SCALANCE X208 (6GK5208-0BA10-2AA3)", "SCALANCE X208"),
        ("MikroTik", "RouterOS", "routeros"),
        ("Sierra Wireless", "GX450 and ES450", "AirLink GX450"),
        ("Sierra Wireless", "MP70 MP70E RV50 RV50X LX40 and LX60", "AirLink LX60"),
        ("Rockwell Automation", "Allen-Bradley Stratix 5700", "Stratix 5700"),
        ("Mitsubishi Electric", "MELSEC iQ-F Series FX5U-32MT/ES", "FX5U-32MT/ES"),
        ("Hanwha Techwin", "SRN-4000 firmware", "SRN-4000"),
        ("Siemens", "SIMATIC S7-1200 CPU 1214C DC/DC/DC", "SIMATIC S7-1200 CPU1214C DC/DC/DC"),
        ("Dahua", "Dahua ASI7213Y", "DHI-ASI7213Y"),
        ("Siemens", "SIMATIC CP 1242-7 V2", "CP 1242-7 V2"),
    ],
)
def test_the_very_name_is_exact_however_it_is_spelt(vendor, product, model):
    assert fit(vendor, product, model) is Fit.EXACT


@pytest.mark.parametrize(
    ("vendor", "product", "model"),
    [
        ("Moxa", "NPort 5100 Series", "NPort 5110"),
        ("Moxa", "NPort 5100 Series", "NPort 5150-T"),
        ("Moxa", "NPort 5100A Series", "NPort 5110A"),
        ("Moxa", "NPort IA5000 Series", "NPort IA5150"),
        ("Moxa", "EDS-510A series", "EDS-510A-1GT"),
        ("Siemens", "SCALANCE X-200 switch family (incl. SIPLUS NET variants)", "SCALANCE X204-2"),
        ("Siemens", "SCALANCE X-200 switch family (incl. SIPLUS NET variants)", "SCALANCE X204-2LD TS"),
        ("Siemens", "SCALANCE X-200IRT switch family (incl. SIPLUS NET variants)", "SCALANCE X202-2IRT"),
        ("Siemens", "SCALANCE X-200IRT switch family (incl. SIPLUS NET variants)", "SCALANCE X204IRT"),
        ("Hikvision", "DS-2CD2xx2FWD Series", "DS-2CD2142FWD-I"),
        ("Hikvision", "DS-2CD2xx2F-I Series", "DS-2CD2042F-I"),
        ("Hikvision", "DS-K1T343XXX", "DS-K1T343EWX"),
        ("Hikvision", "DS-2DExxxx", "DS-2DE4225IW-DE"),
        ("Dahua", "Dahua IPC-HX2XXX", "IPC-HDW2431T-AS-S2"),
        ("Dahua", "DH-IPC-HDW4XXX", "IPC-HDW4431C-A"),
        ("Dahua", "NVR5XXX", "DHI-NVR5216-4KS2"),
        ("Phoenix Contact", "ILC 1x1", "ILC 171 ETH 2TX"),
        ("Omron", "CJ2M-CPU**", "CJ2M-CPU33"),
        ("Omron", "CS1G-CPU □ □ H", "CS1G_CPU44H"),
        ("APC", "AP7xxxx", "AP7920"),
        ("Schneider Electric", "Modicon M340 CPU (part numbers BMXP34*)", "BMX P34 2020"),
    ],
)
def test_a_familys_word_or_a_wildcard_opens_the_name_to_its_members(vendor, product, model):
    assert fit(vendor, product, model) is Fit.FAMILY


@pytest.mark.parametrize(
    ("vendor", "product", "model"),
    [
        ("Siemens", "SIMATIC S7-1200 CPU family (incl. SIPLUS variants)", "SIMATIC S7-1500"),
        ("Siemens", "SIMATIC S7-1500 Software Controller", "CPU 1516-3 PN/DP"),
        ("Siemens", "SIMATIC S7-300 CPU family", "SIMATIC S7-400"),
        ("Siemens", "SCALANCE X-200 switch family", "SCALANCE X204IRT"),
        ("Siemens", "SCALANCE X-200 switch family", "SCALANCE X202-2IRT"),
        ("Siemens", "SCALANCE X-200 switch family", "SCALANCE X308-2"),
        ("Siemens", "SCALANCE X-200 switch family", "SCALANCE XC208"),
        ("Siemens", "SCALANCE X204-2LD", "SCALANCE X204-2"),
        ("Siemens", "RUGGEDCOM ROX II", "RUGGEDCOM ROS"),
        ("Siemens", "SIMATIC CP 1543-1", "SIMATIC CP 343-1"),
        ("Moxa", "NPort 5110", "NPort 5110A"),
        ("Moxa", "NPort 5100 Series", "NPort 5110A"),
        ("Moxa", "NPort 5100 Series", "NPort 5410"),
        ("Moxa", "NPort 5110", "NPort 51"),
        ("Moxa", "NPort IA5000 Series", "NPort 5110"),
        ("Moxa", "EDS-510A series", "EDS-510E"),
        ("Hikvision", "DS-2CD2xx2F-I Series", "DS-2CD2142FWD-I"),
        ("Hikvision", "DS-2CD2xx6G2", "DS-2CD2142FWD-I"),
        ("Hikvision", "DS-2CD1xx1", "DS-2CD2021-I"),
        ("Dahua", "IPC-HX5XXX", "IPC-HDW4431C-A"),
        ("Dahua", "IPC-HX3XXX", "NVR3216"),
        ("MikroTik", "RouterOS", "RB"),
        ("MikroTik", "RouterBOARD firmware", "RouterOS"),
        ("Schneider Electric", "Modicon M340", "Modicon M3400"),
        ("Schneider Electric", "M340 CPUs with firmware", "Modicon M580"),
        ("Rockwell Automation", "1756-EN2TR/C", "1756-EN2T/C"),
        ("Rockwell Automation", "CompactLogix 5370 controllers", "CompactLogix 5380"),
        ("Rockwell Automation", "Stratix 5800", "Stratix 580"),
        ("WAGO", "750-881", "750-880"),
        ("WAGO", "Series PFC200", "PFC100"),
        ("Phoenix Contact", "ILC 1x0", "ILC 171 ETH 2TX"),
        ("Phoenix Contact", "FL SWITCH 4808E-16FX SM-4GC", "FL SWITCH SMCS 8TX"),
        ("Trane", "Tracer SC+", "Tracer UC600"),
        ("Axis Communications", "AXIS A1001", "A1601"),
        ("D-Link", "DIR-820L", "DIR-82"),
        ("APC", "AP7xxxx", "AP9630"),
        ("Omron", "CJ2M-CPU**", "CJ2H-CPU64"),
        ("Unitronics", "Vision 530", "UniStream"),
        ("Siemens", "All other SIPROTEC 5 device types with CPU variants CP300 and CP100 and", "SIPROTEC 4"),
    ],
)
def test_what_only_looks_alike_is_no_match(vendor, product, model):
    assert fit(vendor, product, model) is None


@pytest.mark.parametrize(
    ("vendor", "product", "model"),
    [
        ("Siemens", "SIMATIC S7-1200 CPU 1211C AC/DC/Rly", "SIMATIC S7-1200"),
        ("Siemens", "RUGGEDCOM ROS RSG2488", "RUGGEDCOM ROS"),
        (
            "Rockwell Automation",
            "Stratix 5800 (running Cisco IOS XE Software with the Web UI feature enabled)",
            "Stratix 5800",
        ),
        ("Rockwell Automation", "MicroLogix 1400 Controllers Series B and C", "MicroLogix 1400"),
        ("Schneider Electric", "AP7xxxx and AP8xxx with NMC2", "AP7920"),
        ("Mitsubishi Electric", "MELSEC iQ-F Series FX5U-32MT/ES, Serial number 17X**** or later", "FX5U-32MT/ES"),
        ("Siemens", "RUGGEDCOM RSG2100 (32M) V5.X", "RUGGEDCOM RSG2100"),
        ("Siemens", "SIMATIC S7-400 CPU 412-2 PN V7", "SIMATIC S7-400 CPU 412-2 PN"),
    ],
)
def test_a_closer_name_or_a_condition_is_possible_only(vendor, product, model):
    assert fit(vendor, product, model) is Fit.POSSIBLE


def test_a_closer_name_counts_only_where_the_device_is_not_known_as_closely():
    product = "SIMATIC S7-1200 CPU 1211C AC/DC/Rly"
    assert fit("Siemens", product, "SIMATIC S7-1200", families=("SIMATIC S7-1200 CPU1212C AC/DC/Rly",)) is None


def test_an_order_number_decides_whatever_the_names_are():
    product = "SIMATIC S7-300 CPU 315-2 PN/DP (6ES7315-2EH14-0AB0)"
    assert fit("Siemens", product, "some label", order="6ES7 315-2EH14-0AB0") is Fit.EXACT
    assert fit("Siemens", product, "some label", order="6ES7 315-2EH14-0AB1") is Fit.FAMILY
    assert fit("Siemens", product, "CPU 315-2 PN/DP", order="6ES7 317-2EK14-0AB0") is None


def test_a_branch_of_the_firmware_is_read_from_the_name():
    assert pattern("RUGGEDCOM RSG2100 V4.X", "siemens").branch == "4"
    assert pattern("RUGGEDCOM RSG2100", "siemens").branch == ""


@pytest.mark.parametrize(
    ("affected", "model"),
    [
        ("DH-IPC-HDW1XXX,", "DH-IPC-HDW1XXX"),
        ("DHI-HCVR51A08HE-S3, and", "DHI-HCVR51A08HE-S3"),
        ("LNL-X4420", "LNL-X4420"),
        ("HEN04103L", "HEN04103L"),
        ("< V1.2", ""),
        ("V4.5.0", ""),
        ("FW14", ""),
        ("vers:all/*", ""),
        ("2.4", ""),
        ("R520.2", ""),
    ],
)
def test_a_model_among_the_versions_is_told_from_a_version(affected, model):
    assert model_in_range(affected) == model


def test_names_of_any_length_and_kind_are_read_in_time():
    hostile = ["x" * 10_000, "(" * 5_000, "A1 " * 4_000, "x*" * 5_000, "5100 " * 2_000 + "series", "\u241f□[]" * 900]
    assert all(len(pattern(text, "siemens").words) <= 250 for text in hostile)
    long = "NPort " + "1" * 10_000
    assert fit("Moxa", "NPort 5100 Series", long) is None


def test_a_device_without_a_name_is_found_nowhere():
    assert fit("Moxa", "NPort 5100 Series") is None
    assert Device("mac:1", ("192.0.2.1",)).claims == ()

"""The tables of Hikvision's and Reolink's firmware: rows as their public archives have them."""

from datetime import date

import pytest

from checks.knowledge import Release
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import camera_releases

HIKVISION = "model,hw,version,date,filename,supported_models,source\n"
REOLINK = "source,model,hw_ver,version,vendor_date,filename\n"


def hikvision(*rows):
    return camera_releases.read([("hikvision.csv", (HIKVISION + "\n".join(rows) + "\n").encode())])[0]


def reolink(*rows):
    return camera_releases.read([("reolink.csv", (REOLINK + "\n".join(rows) + "\n").encode())])[0]


def test_a_day_in_the_file_name_that_is_the_release_s_is_the_build_that_a_device_states():
    (product,) = hikvision(
        "AE-MD5043-SD,UNKNOWN,5.8.1,2024-11-21,Firmware__V5.8.1_241121_S3000622029.zip,AE-MD5043-SD,live"
    ).rows
    assert product.releases == (Release("V5.8.1 build 241121", date(2024, 11, 21)),)
    assert (product.vendor, product.hardware) == ("Hikvision", "")


@pytest.mark.parametrize(
    "filename",
    [
        "Firmware__V5.7.0_221221_S3000473029.zip",  # built two years before the archive listed it
        "Firmware__V5.8.1_241023_S3000622029.zip",  # another version lies behind the link
        "Firmware__V5.7.0_115745_S3000641571.zip",  # a time of day
        "7ddcc773-b084-4adc-a9e1-08ed4b8252f4.zip",
    ],
)
def test_any_other_six_digits_in_the_file_name_are_no_build(filename):
    (product,) = hikvision(f"DS-2CD2723G2-IZS,IPC_G0,5.7.0,2024-10-23,{filename},DS-2CD2723G2-IZS,live").rows
    assert product.releases == (Release("V5.7.0", date(2024, 10, 23)),)


def test_models_with_the_same_releases_share_a_row_without_lens_and_market():
    models = "DS-2DE4A225IW-DE|DS-2DE4A225IW-DE(B)|DS-2DE4A225IW-DE(2.8-12MM)|DS-2DE4A225IW-DE(EUROPEAN"
    (product,) = hikvision(
        f"DS-2DE4A204IW-DE(2.8-12MM),IPC_G0,5.6.18,2021-06-22,1d3851bc.zip,{models},live",
        f"DS-2DE4A204IW-DE(2.8-12MM),IPC_G0,5.7.11,2022-09-05,2a3851bc.zip,{models},live",
    ).rows
    assert product.names == ("DS-2DE4A204IW-DE", "DS-2DE4A225IW-DE", "DS-2DE4A225IW-DE(B)")
    assert [release.version for release in product.releases] == ["V5.6.18", "V5.7.11"]
    assert product.hardware == "IPC_G0"


def test_generations_of_hardware_that_stand_in_brackets_keep_their_branches_apart():
    products = hikvision(
        "DS-2DE4215IW-DE(T5),IPC_G0,5.8.13,2026-04-02,a.zip,DS-2DE4225IW-DE(T5),live",
        "DS-2DE4215IW-DE(S5),IPC_G0,5.5.800,2021-06-28,b.zip,DS-2DE4225IW-DE(S5),live",
        "DS-2DE4215IW-DE,IPC_G0,5.6.18,2021-04-28,c.zip,DS-2DE4225IW-DE|DS-2DE4225IW-DE(E),live",
    ).rows
    found = {name: product.releases[0].version for product in products for name in product.names}
    assert {name: found[name] for name in found if "4225" in name} == {
        "DS-2DE4225IW-DE": "V5.6.18",
        "DS-2DE4225IW-DE(E)": "V5.6.18",
        "DS-2DE4225IW-DE(S5)": "V5.5.800",
        "DS-2DE4225IW-DE(T5)": "V5.8.13",
    }


@pytest.mark.parametrize("day", ["", "2021-02-31", "1970-01-01", "2107-01-01"])
def test_a_release_without_a_day_that_can_be_is_left_out_and_counted(day):
    batch = hikvision("A-100,UNKNOWN,1.0.0,2021-05-13,a.zip,A-100,live", f"B-200,UNKNOWN,1.0.0,{day},b.zip,B-200,live")
    assert [product.names for product in batch.rows] == [("A-100",)]
    assert batch.notes == ("1 row was left out: a release without a day that can be (first: hikvision.csv, line 3)",)


@pytest.mark.parametrize(
    ("version", "listed", "built"),
    [
        ("v3.0.0.1388_22100600", "2022-10-11", date(2022, 10, 6)),
        ("v3.0.0.4110_2410111119", "2024-10-24", date(2024, 10, 11)),
        ("v3.0.0_4662_2503202284", "2025-04-01", date(2025, 3, 20)),
        ("354_19031110", "2019-03-11", date(2019, 3, 11)),
        ("21010803", "2021-01-12", date(2021, 1, 8)),
        ("v3.0.0.183_21012801", "2021-01-12", date(2021, 1, 28)),  # listed before it was built, says the archive
        ("v3.0.0.183_21133101", "2021-01-12", date(2021, 1, 12)),  # no such day
        ("0823", "2019-08-23", date(2019, 8, 23)),
    ],
)
def test_reolink_s_versions_carry_the_day_of_the_build(version, listed, built):
    (product,) = reolink(f"live,RLC-423,IPC_51516M5M,{version},{listed},firmware_RLC_423").rows
    assert product.releases == (Release(version, built),)


def test_a_model_of_reolink_goes_by_its_name_with_and_without_the_maker():
    (product,) = reolink("live,Reolink Duo PoE,IPC_528B174MP,v3.0.0.1388_22100600,2022-10-11,x").rows
    assert product.names == ("Duo PoE", "Reolink Duo PoE")


def test_rows_of_nothing_are_left_out_and_counted():
    batch = reolink("live,RLC-423,IPC_51516M5M,v3.0.0.1388_22100600,2022-10-11,x", "reddit,,,,,", "manual,,,,,")
    assert batch.notes == (
        "2 rows were left out: a release without its model or its version (first: reolink.csv, line 3)",
    )


def test_a_table_without_a_day_is_refused():
    with pytest.raises(UnreadableSource, match="holds no row with a date"):
        reolink("reddit,,,,,")

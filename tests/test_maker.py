import pytest

from inventory.model import Claim, Confidence, Device
from scanner.maker import made_by


def device(card: str | None = None, vendor: str = "") -> Device:
    claims = (Claim("vendor", vendor, Confidence.INFERRED, "x"),) if vendor else ()
    return Device("address:192.0.2.1", ("192.0.2.1",), mac_vendor=card, claims=claims)


@pytest.mark.parametrize("card", ["MOXA TECHNOLOGIES CORP., LTD.", "Moxa"])
def test_the_maker_of_the_card_counts(card):
    assert made_by(device(card), "Moxa")


def test_what_the_device_said_counts():
    assert made_by(device(vendor="HID"), "HID")
    assert not made_by(device(vendor="HIDGlobe"), "HID")


@pytest.mark.parametrize(
    ("card", "name"), [("Digital Payment Technologies", "Digi"), ("Shenzhen Zhidian", "HID"), (None, "HID")]
)
def test_a_part_of_a_word_is_no_name(card, name):
    assert not made_by(device(card), name)

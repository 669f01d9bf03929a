"""Whether an address is still the same device's."""

import pytest

from scanner.hands import Hands

ADDRESS, BEFORE, NOW = "10.0.0.7", "4c:5e:0c:00:00:01", "00:40:8c:00:00:02"


def holding(mac: str | None) -> Hands:
    """An address whose device had BEFORE when it was asked first, and that has `mac` now."""
    hands = Hands(lambda address: mac)
    hands.note(ADDRESS, BEFORE)
    return hands


def test_another_mac_address_is_another_device_and_both_are_named():
    said = holding(NOW).changed(ADDRESS)
    assert (
        said
        == f"another device answers at this address now: its MAC address is {NOW}, and was {BEFORE} when it was asked first"
    )


@pytest.mark.parametrize("mac", [BEFORE, None])
def test_the_same_mac_address_or_none_is_no_change(mac):
    assert holding(mac).changed(ADDRESS) == ""


def test_of_an_address_without_a_mac_address_at_the_beginning_nothing_is_known():
    hands = Hands(lambda address: NOW)
    hands.note(ADDRESS, None)
    assert hands.changed(ADDRESS) == ""


@pytest.mark.parametrize("router", [BEFORE, NOW])
def test_a_router_that_answers_for_others_may_do_so_in_turn_with_another(router):
    hands = holding(NOW)
    for host in range(20, 25):
        hands.note(f"10.0.0.{host}", router)
    assert hands.changed(ADDRESS) == ""


def test_what_else_shows_another_device_counts_where_no_mac_address_is_seen():
    hands = Hands()
    hands.tell(ADDRESS, "its key is another")
    hands.tell(ADDRESS, "and so is its name")
    assert hands.changed(ADDRESS) == "its key is another"
    assert hands.changed("10.0.0.8") == ""

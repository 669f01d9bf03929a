"""The states and settings that the fakes declare: each is to be had, and agrees with itself."""

import itertools

import pytest

from lab.fake import load_fakes
from lab.settings import SECRET, STATES, Choice, configured, in_state

SETTABLE = [fake for fake in load_fakes() if fake.settings]
FAKES = pytest.mark.parametrize("fake", SETTABLE, ids=lambda fake: fake.name)
WHOLE = {("firmware-unknown", 0), ("untrusted-evidence", 0)}
DOORS = {"default-credentials", "snmp-default-community", "first-run", "no-authentication", "exposed-data-store"}


def states_of(fake):
    return {fake.state, *dict(fake.states)} - {""}


def values(setting):
    """Each value of a setting but the one that the device has; a password nobody knows, where any text is one."""
    return [value for value, _ in setting.values[1:]] if isinstance(setting, Choice) else [SECRET]


def test_thirty_devices_know_states_and_twenty_of_them_all_three():
    assert len([fake for fake in SETTABLE if len(states_of(fake)) > 1]) >= 30
    assert len([fake for fake in SETTABLE if states_of(fake) == set(STATES)]) >= 20


def test_each_device_of_the_centre_can_be_set():
    assert [fake.name for fake in load_fakes() if fake.quarter == "centre" and not fake.settings] == []


@FAKES
def test_a_fake_names_its_settings_once_and_only_states_that_there_are(fake):
    names = [setting.name for setting in fake.settings]
    assert len(names) == len(set(names))
    assert states_of(fake) <= set(STATES)
    assert fake.state not in dict(fake.states)


@FAKES
def test_each_state_is_reached_and_knows_its_own_name(fake):
    for state in states_of(fake):
        assert configured(fake, in_state(fake, state)).state == state


@FAKES
def test_what_it_causes_is_at_ports_that_it_has_whatever_two_settings_are_chosen(fake):
    single = [{setting.name: value} for setting in fake.settings for value in values(setting)]
    pairs = [a | b for a, b in itertools.combinations(single, 2) if a.keys() != b.keys()]
    for chosen in (*single, *pairs):
        made = configured(fake, chosen)
        served = [(service.port, service.transport) for service in made.services]
        assert len(served) == len(set(served))
        causes = {(one.port, one.transport) for one in made.causes if (one.check, one.port) not in WHOLE}
        assert causes <= set(served), chosen


@FAKES
def test_every_value_of_a_setting_makes_another_device_of_it(fake):
    for setting in fake.settings:
        for value in values(setting):
            assert configured(fake, {setting.name: value}) != fake


@FAKES
def test_a_device_that_is_kept_has_no_door_open_that_is_shut_on_one_that_is_neglected(fake):
    if {"kept", "neglected"} <= states_of(fake):
        kept, neglected = (configured(fake, in_state(fake, state)).causes for state in ("kept", "neglected"))
        assert len(kept) <= len(neglected)
        assert {one.check for one in kept} & DOORS <= {one.check for one in neglected}


@FAKES
def test_what_it_tells_at_certain_ports_is_told_at_ports_that_it_has(fake):
    served = {(service.port, service.transport) for service in fake.services}
    assert {port for _, ports in fake.told for port in ports} <= served
    assert all(what == "age" or getattr(fake, what) for what, _ in fake.told)

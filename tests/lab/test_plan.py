import pytest

from lab.copies import respell
from lab.fake import load_fakes
from lab.plan import ALL, CENTRE, PlanError, choose, lay_out
from lab.services.snmp import Snmp


def named(plan):
    return {one.name: one for one in plan.placed}


def test_each_fake_stands_once_at_its_own_host():
    plan = lay_out("10.77.0.0/24", only=(ALL,))
    assert [(one.name, one.address) for one in plan.placed] == [(f.name, f"10.77.0.{f.host}") for f in load_fakes()]
    assert plan.scanner == "10.77.0.1"


def test_only_the_centre_comes_up_unasked():
    assert [f.quarter for f in choose(())] == [CENTRE] * 16
    assert choose((CENTRE,)) == choose(())


def test_a_copy_has_a_mac_a_serial_and_a_realm_of_its_own():
    first, second = (named(lay_out("10.77.0.0/24", 32))[name] for name in ("axis_camera", "axis_camera-2"))
    assert second.fake.mac == "ac:cc:8e:01:24:46"
    assert second.fake.serial == "ACCC8E012446"
    assert second.address == "10.77.0.4"
    said = repr(second.fake.services)
    assert "AXIS_ACCC8E012446" in said
    assert "axis-accc8e012446" in said
    assert "012345" not in said
    assert second.fake.causes == first.fake.causes


def test_a_copy_has_an_engine_id_of_its_own():
    apc = next(fake for fake in load_fakes() if fake.name == "apc_ups")
    ids = {s.engine_id for copy in range(3) for s in respell(apc, copy).services if isinstance(s, Snmp)}
    assert len(ids) == 3


def test_no_two_of_a_thousand_devices_share_an_address_a_mac_or_a_serial():
    plan = lay_out("10.77.0.0/24", 1000)
    assert len({one.address for one in plan.placed}) == 1000
    assert len({one.fake.mac for one in plan.placed}) == 1000
    assert len({one.name for one in plan.placed}) == 1000
    serials = [one.fake.serial for one in plan.placed if one.fake.serial]
    assert len(set(serials)) == len(serials)


@pytest.mark.parametrize(
    ("devices", "network"), [(16, "10.77.0.0/24"), (253, "10.77.0.0/24"), (254, "10.77.0.0/23"), (900, "10.77.0.0/22")]
)
def test_the_network_is_as_wide_as_it_must_be(devices, network):
    plan = lay_out("10.77.0.0/24", devices)
    assert str(plan.network) == network
    assert len(plan.placed) == devices
    assert plan.scanner not in {one.address for one in plan.placed}


def test_only_some_and_again_and_again():
    plan = lay_out("10.77.0.0/24", 5, ("apc_ups", "hp_printer"))
    assert sorted(named(plan)) == ["apc_ups", "apc_ups-2", "apc_ups-3", "hp_printer", "hp_printer-2"]


def test_the_same_city_is_laid_out_each_time():
    assert lay_out("10.77.0.0/24", 100) == lay_out("10.77.0.0/24", 100)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(PlanError, match=r"'hikvison_camera'; nearest: hikvision_camera, "):
        lay_out("10.77.0.0/24", None, ("hikvison_camera",))


@pytest.mark.parametrize(
    "network", ["0.0.0.0/24", "240.1.0.0/24", "8.8.8.0/24", "10.77.0.0/28", "10.77.0.5/24", "elsewhere"]
)
def test_a_network_that_is_public_small_or_none_is_refused(network):
    with pytest.raises(PlanError):
        lay_out(network)

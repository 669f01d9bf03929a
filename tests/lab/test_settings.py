import pytest

from lab.account import Account
from lab.copies import respell
from lab.fake import Expected, Fake
from lab.plan import Placed, reconfigured
from lab.services.http import Http, Lock, page
from lab.services.telnet import Telnet
from lab.settings import SECRET, Change, Choice, Password, SettingError, configured, in_state, switch

ACCOUNT = Account("admin", "12345")
OPEN = {Expected("default-credentials", 80), Expected("default-credentials", 23)}
CAMERA = Fake(
    name="camera",
    title="A camera",
    host=9,
    mac="44:19:b6:00:00:09",
    firmware="V5.4.5",
    services=(Http(lock=Lock("Camera", ACCOUNT), pages=(("/", page("Camera", "V5.4.5")),)), Telnet(account=ACCOUNT)),
    causes=frozenset((*OPEN, Expected("cleartext-administration", 23), Expected("firmware-old", 80))),
    together=("fleet-default-account: admin",),
    settings=(
        Password(ACCOUNT, frozenset(OPEN), apart=("fleet-default-account: admin",)),
        switch("telnet", "Telnet", (23, "tcp")),
        Choice(
            "firmware",
            "Firmware",
            (
                ("V5.4.5", Change()),
                ("V5.7.3", Change((("V5.4.5", "V5.7.3"),), lifts=frozenset((Expected("firmware-old", 80),)))),
            ),
        ),
    ),
    state="neglected",
    states=(("kept", (("password", SECRET), ("telnet", "off"), ("firmware", "V5.7.3"))),),
)


def checks(fake):
    return sorted((one.check, one.port) for one in fake.causes)


def test_a_device_that_nothing_is_set_on_is_as_it_declares_itself():
    assert configured(CAMERA, {}) == CAMERA
    assert configured(CAMERA, {"password": "factory", "telnet": "on", "firmware": "V5.4.5"}) == CAMERA


def test_another_password_opens_every_door_and_lifts_what_the_old_one_caused():
    changed = configured(CAMERA, {"password": "kite-plum"})
    web, shell = changed.services
    assert isinstance(web, Http)
    assert isinstance(shell, Telnet)
    for account in (web.lock and web.lock.account, shell.account):
        assert account
        assert account.opens("admin", "kite-plum")
        assert not account.opens("admin", "12345")
    assert checks(changed) == [("cleartext-administration", 23), ("firmware-old", 80)]
    assert changed.together == ()


def test_the_factory_password_set_anew_is_no_change():
    assert checks(configured(CAMERA, {"password": "12345"})) == checks(CAMERA)


def test_what_is_switched_off_causes_nothing_any_more():
    quiet = configured(CAMERA, {"telnet": "off"})
    assert [service.port for service in quiet.services] == [80]
    assert checks(quiet) == [("default-credentials", 80), ("firmware-old", 80)]


def test_a_state_is_a_choice_of_settings_and_has_its_name():
    kept = configured(CAMERA, in_state(CAMERA, "kept"))
    assert (kept.firmware, kept.state, checks(kept)) == ("V5.7.3", "kept", [])
    assert "V5.7.3" in repr(kept.services)
    assert configured(CAMERA, {"telnet": "off"}).state == ""
    assert in_state(CAMERA, "shipped") == {}


def test_settings_come_off_again_because_they_begin_from_what_it_declares():
    placed = Placed(CAMERA, "camera", "127.77.0.9")
    once = reconfigured(placed, {"telnet": "off"})
    assert reconfigured(once, {"telnet": "on"}).fake == CAMERA


def test_a_copy_is_set_as_the_first_is():
    copy = respell(CAMERA, 3)
    assert checks(configured(copy, in_state(copy, "kept"))) == []


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"telnt": "off"}, "camera has no setting 'telnt'; it has: telnet"),
        ({"telnet": "of"}, "telnet is one of on, off, not 'of'"),
    ],
)
def test_says_what_there_is_to_set(chosen, said):
    with pytest.raises(SettingError, match=f"^{said}$"):
        configured(CAMERA, chosen)

"""Settings of devices that are at work, changed while they are."""

import asyncio
import ipaddress
import json

import pytest

from lab.account import Account
from lab.city import CityError
from lab.fake import Fake
from lab.keeping import keep, recalled
from lab.plan import Placed, Plan, reconfigured
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.services.telnet import Telnet
from lab.settings import Change, Choice, Password, SettingError, switch

ACCOUNT = Account("admin", "12345")
SHELL = Telnet(port=2323, account=ACCOUNT)
WEB = Http(port=8080, pages=(("/", page("Gate 1")),))
SETTINGS = (
    Password(ACCOUNT, frozenset()),
    switch("telnet", "Telnet", (2323, "tcp")),
    Choice("title", "Title", (("1", Change()), ("2", Change((("Gate 1", "Gate 2"),))))),
    Choice("web", "Web", (("off", Change()), ("on", Change(opens=(Http(port=8081),))))),
)
GET = b"GET / HTTP/1.0\r\n\r\n"
CLIENT = "127.0.0.1:5"


async def login(house, password, until):
    return await house.talk(2323, b"admin\r\n" + password + b"\r\n", until=until)


async def test_a_new_password_opens_from_the_next_login_on(build):
    house = await build(SHELL, settings=SETTINGS)
    house.city.console("house").set("password", "kite-plum", CLIENT)
    assert await login(house, b"12345", b"incorrect")
    assert house.log.logins == {"admin": 1}
    assert await login(house, b"kite-plum", b"# ")


async def test_a_service_that_is_switched_off_refuses_and_one_switched_on_again_is_back(build):
    house = await build(SHELL, settings=SETTINGS)
    console = house.city.console("house")
    console.set("telnet", "off", CLIENT)
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection(house.address, 2323)
    console.set("telnet", "on", CLIENT)
    assert b"login: " in await house.talk(2323, until=b"login: ")


async def test_a_service_that_it_had_not_before_is_opened(build):
    house = await build(WEB, settings=SETTINGS)
    house.city.console("house").set("web", "on", CLIENT)
    assert b"HTTP/1.1" in await house.talk(8081, GET)


async def test_what_it_says_changes_at_once_and_what_was_set_before_stays(build):
    house = await build(WEB, SHELL, settings=SETTINGS)
    console = house.city.console("house")
    console.set("title", "2", CLIENT)
    console.set("password", "kite-plum", CLIENT)
    assert b"Gate 2" in await house.talk(8080, GET)
    assert [(setting.name, value) for setting, value in console.shown()] == [
        ("password", "changed"),
        ("telnet", "on"),
        ("title", "2"),
        ("web", "off"),
    ]


async def test_each_change_is_noted_without_its_value_and_is_no_harm(build):
    house = await build(SHELL, settings=SETTINGS)
    house.city.console("house").set("password", "kite-plum", CLIENT)
    ((change),) = house.log.changes
    assert (change["client"], change["setting"]) == (CLIENT, "password")
    assert "kite-plum" not in json.dumps(house.city.record())
    assert house.harms == []


async def test_a_device_that_is_off_answers_nobody_until_it_is_on(build):
    house = await build(WEB, settings=SETTINGS)
    house.city.away("house")
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection(house.address, 8080)
    house.city.back("house")
    assert b"Gate 1" in await house.talk(8080, GET)


async def test_datagrams_are_answered_as_it_is_set_now(build):
    agent = Snmp(port=1161, enterprise=8072, mac="02:00:00:00:00:01", community="public", descr="Gate 1", name="gate")
    house = await build(agent, settings=SETTINGS)
    # GetRequest of sysDescr.0 with the community "public": RFC 1157, section 4.1.2.
    get = bytes.fromhex("302902010104067075626c6963a01c020401020304020100020100300e300c06082b060102010101000500")
    assert b"Gate 1" in await house.ask(1161, get)
    house.city.console("house").set("title", "2", CLIENT)
    assert b"Gate 2" in await house.ask(1161, get)


async def test_a_device_that_is_not_there_is_named_with_the_nearest(build):
    house = await build(WEB)
    with pytest.raises(CityError, match="no device of this city is called 'hose'; nearest: house"):
        house.city.console("hose")


async def test_a_setting_that_it_has_not_changes_nothing(build):
    house = await build(SHELL, settings=SETTINGS)
    with pytest.raises(SettingError, match="house has no setting 'colour'"):
        house.city.console("house").set("colour", "red", CLIENT)
    assert house.log.changes == []


CAMERA = Fake("camera", "", 9, "02:00:00:00:00:09", (WEB, SHELL), frozenset(), settings=SETTINGS)
PLAN = Plan(ipaddress.IPv4Network("10.77.0.0/24"), "10.77.0.1", (Placed(CAMERA, "camera", "10.77.0.9"),))


def test_what_was_set_is_there_again_when_the_city_comes_up_anew(tmp_path):
    keep(tmp_path / "kept", reconfigured(PLAN.placed[0], {"password": "kite-plum", "telnet": "off"}))
    (camera,) = recalled(PLAN, tmp_path / "kept").placed
    assert camera.chosen == (("password", "kite-plum"), ("telnet", "off"))
    assert [service.port for service in camera.fake.services] == [8080]
    assert (tmp_path / "kept" / "camera.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("junk", ["", "[]", '{"telnet": 3}', '{"telnet": "perhaps"}', '{"colour": "red"}'])
def test_a_file_that_was_spoilt_is_named(junk, tmp_path):
    (tmp_path / "camera.json").write_text(junk)
    with pytest.raises(CityError, match=r"camera\.json does not hold the settings of camera: .*; remove it"):
        recalled(PLAN, tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CityError, match=r"cannot keep the settings of camera in .*file"):
        keep(tmp_path / "file" / "kept", PLAN.placed[0])

import pytest

from checks.doors import Door, doors
from inventory.model import Endpoint

WEB = Endpoint("192.0.2.1", 80)
LOGIN = {"http.status": 200, "http.password_form": True, "http.login_page": "/login.html", "http.first_run": False}


def forms(device):
    return [door for door in doors(device) if door.protocol == "http-form"]


def test_a_page_with_a_password_is_a_door_to_its_own_form(make):
    assert forms(make(("http", 80, LOGIN))) == [Door(WEB, "http-form", "/login.html", "html")]


def test_the_makers_own_form_comes_before_the_pages(make):
    device = make(("http", 80, LOGIN), claims={"vendor": "Teltonika", "model": "RUTX50"})
    assert forms(device) == [Door(WEB, "http-form", "/login.html", "teltonika-rutos+html")]


def test_a_makers_form_is_looked_for_where_the_start_page_shows_no_password(make):
    device = make(("http", 80, {"http.status": 200}), claims={"vendor": "Reolink", "model": "RLC-810A"})
    assert forms(device) == [Door(WEB, "http-form", "/", "reolink-api")]


def test_a_form_that_many_makers_use_is_looked_for_by_what_the_page_says(make):
    device = make(("http", 80, {**LOGIN, "http.title": "gate7 - LuCI"}))
    assert [door.form for door in forms(device)] == ["openwrt-luci+html"]


@pytest.mark.parametrize(
    "facts",
    [
        {**LOGIN, "http.auth": "digest"},
        {**LOGIN, "http.first_run": True},
        {"http.status": 200, "http.password_form": False},
        {"http.status": 404},
    ],
)
def test_there_is_no_such_door_where_http_asks_itself_or_a_password_is_yet_to_be_set(make, facts):
    assert forms(make(("http", 80, facts), claims={"vendor": "Hikvision"})) == []


def test_a_form_on_another_endpoint_is_a_door_beside_http(make):
    device = make(("http", 80, {"http.auth": "basic"}), ("http", 8080, LOGIN))
    assert [door.endpoint.port for door in forms(device)] == [8080]

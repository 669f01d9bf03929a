import json
import re

from lab.account import Account
from lab.services.http import Http
from lab.services.web_login import Greeter, form_login, json_login

ADMIN = Account("admin", "admin")


def post(path, body, *headers):
    head = [f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(head).encode() + body.encode()


def get(path, *headers):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Connection: close", *headers, "", ""]).encode()


def found(pattern, said):
    match = re.search(pattern, said)
    assert match is not None
    return match[0].decode()


async def log_in(house, password):
    token = found(rb'(?<=name="csrf" value=")\w+', await house.talk(8080, get("/")))
    kind = "Content-Type: application/x-www-form-urlencoded"
    return await house.talk(8080, post("/login", f"csrf={token}&user=admin&password={password}", kind))


async def test_a_form_opens_with_its_token_and_is_left_by_the_logout(build):
    house = await build(Http(port=8080, applications=form_login("Cabinet", ADMIN)))
    assert b" 302 " in (await house.talk(8080, get("/home"))).split(b"\r\n")[0]
    opened = await log_in(house, "admin")
    cookie = "Cookie: " + found(rb"session=\w+", opened)
    assert b"Log out" in await house.talk(8080, get("/home", cookie))
    await house.talk(8080, get("/logout", cookie))
    assert b"Log out" not in await house.talk(8080, get("/home", cookie))
    assert (house.log.logins, house.harms) == ({"admin": 0}, [])


async def test_a_form_without_its_token_is_not_looked_at(build):
    house = await build(Http(port=8080, applications=form_login("Cabinet", ADMIN)))
    kind = "Content-Type: application/x-www-form-urlencoded"
    assert b"CSRF" in await house.talk(8080, post("/login", "user=admin&password=admin", kind))
    assert house.log.logins == {}


async def test_a_login_after_the_lock_is_harm(build):
    house = await build(Http(port=8080, applications=form_login("Cabinet", ADMIN, lock=2)))
    assert b"wrong" in await log_in(house, "x")
    assert b"wrong" in await log_in(house, "y")
    assert b"locked" in await log_in(house, "admin")
    assert house.harms == ["a login as 'admin', which is locked"]


async def test_sessions_that_are_left_open_are_harm(build):
    house = await build(Http(port=8080, applications=json_login(ADMIN)))
    body = json.dumps({"username": "admin", "password": "admin"})
    for _ in range(3):
        assert b'"token"' in await house.talk(8080, post("/api/login", body))
    assert house.harms == ["a login while every session was left open"]


async def test_the_greeter_welcomes_everybody_and_lets_nobody_in(build):
    house = await build(Http(port=8080, applications=(("/", Greeter("Router")),)))
    assert b"Welcome" in await house.talk(8080, post("/", "user=x&pw=y"))
    assert b'type="password"' in await house.talk(8080, get("/"))

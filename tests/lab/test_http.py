import pytest

from lab.account import ANYONE, CHANGED, Account
from lab.fake import TLS, Manners
from lab.services.http import Http, Lock, icon, page

ADMIN = Account("admin", "12345")
HOME = (("/", page("Live View")),)


def web(**particulars):
    return Http(port=8080, pages=HOME, **particulars)


@pytest.mark.real
@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_curl_is_let_in_with_the_account_and_nobody_else_is(build, tool, scheme):
    house = await build(web(server="DVRDVS-Webs", lock=Lock("DS-2CD", ADMIN, ("digest", "basic"))))
    url = f"http://{house.address}:8080/"
    refused = await tool("curl", "-si", url)
    opened = await tool("curl", "-si", f"--{scheme}", "-u", "admin:12345", url)
    wrong = await tool("curl", "-si", f"--{scheme}", "-u", "admin:54321", url)
    assert refused.text.startswith("HTTP/1.1 401 Unauthorized\r\n")
    assert "Server: DVRDVS-Webs\r\n" in refused.text
    assert 'WWW-Authenticate: Digest realm="DS-2CD", qop="auth"' in refused.text
    assert 'WWW-Authenticate: Basic realm="DS-2CD"\r\n' in refused.text
    assert "<title>Live View</title>" not in refused.text
    assert "<title>Live View</title>" in opened.text
    assert "<title>Live View</title>" not in wrong.text
    assert house.log.logins == {"admin": 1}


@pytest.mark.real
async def test_a_changed_password_opens_to_nobody(build, tool):
    house = await build(web(lock=Lock("r", CHANGED, ("basic", "digest"))))
    for scheme in ("--basic", "--digest"):
        said = await tool("curl", "-si", scheme, "-u", "admin:", f"http://{house.address}:8080/")
        assert "200 OK" not in said.text


@pytest.mark.real
@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_a_device_that_takes_anyone_takes_a_random_pair(build, tool, scheme):
    house = await build(web(lock=Lock("TD-2708", ANYONE, (scheme,))))
    said = await tool("curl", "-s", f"--{scheme}", "-u", "qkzv:9x2m", f"http://{house.address}:8080/")
    assert "<title>Live View</title>" in said.text
    assert house.harms == []


async def test_the_third_failed_login_as_one_account_is_harm(build):
    house = await build(web(lock=Lock("r", ADMIN)))
    request = b"GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46eA==\r\nConnection: close\r\n\r\n"  # admin:x, RFC 7617
    for _ in range(3):
        await house.talk(8080, request)
    assert house.harms == ["3 failed logins as 'admin'"]


async def test_the_third_failed_login_as_anybody_is_harm_where_the_address_is_shut_out(build):
    house = await build(web(lock=Lock("r", ADMIN)), manners=Manners(failed_logins_ever=2))
    for user in (b"eDp4", b"eTp4", b"ejp4"):  # x:x, y:x, z:x, RFC 7617
        await house.talk(8080, b"GET / HTTP/1.1\r\nAuthorization: Basic " + user + b"\r\nConnection: close\r\n\r\n")
    assert house.harms == ["3 failed logins, and the address is shut out"]


async def test_whoever_tries_the_account_holds_the_only_session(build):
    house = await build(web(lock=Lock("r", ADMIN, one_session=True)))
    stranger = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert b"WWW-Authenticate: Basic" in await house.talk(8080, stranger)
    await house.talk(8080, b"GET / HTTP/1.1\r\nAuthorization: Basic eDp4\r\nConnection: close\r\n\r\n")
    after = await house.talk(8080, stranger)
    assert after.startswith(b"HTTP/1.1 401 ")
    assert b"WWW-Authenticate" not in after


@pytest.mark.real
async def test_a_write_is_harm_and_a_read_is_none(build, tool):
    house = await build(web())
    await tool("curl", "-s", f"http://{house.address}:8080/")
    await tool("curl", "-sI", f"http://{house.address}:8080/")
    assert house.harms == []
    await tool("curl", "-s", "-X", "PUT", "-d", "x", f"http://{house.address}:8080/config")
    assert house.harms == ["an HTTP PUT to port 8080"]


@pytest.mark.real
async def test_sends_to_https_at_its_own_address(build, tool):
    house = await build(web(redirect="https://{address}"))
    said = await tool("curl", "-si", f"http://{house.address}:8080/a?b=c")
    assert said.text.startswith("HTTP/1.1 301 Moved Permanently\r\n")
    assert f"Location: https://{house.address}/a\r\n" in said.text


@pytest.mark.real
async def test_a_form_posted_is_a_failed_login(build, tool):
    house = await build(Http(port=8080, pages=(("/", page("WEB SERVICE", form=True)),)))
    said = await tool("curl", "-s", "-d", "username=a&password=b", f"http://{house.address}:8080/login")
    assert '<input type="password"' in said.text
    assert house.log.logins == {"a": 1}


async def test_what_no_name_was_typed_into_counts_for_the_form_itself(build):
    house = await build(Http(port=8080, pages=(("/", page("WEB SERVICE", form=True)),)))
    await house.talk(8080, b"POST /login HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\np=b")
    assert house.log.logins == {"the form on port 8080": 1}


@pytest.mark.real
async def test_serves_its_icon_without_a_login(build, tool, tmp_path):
    house = await build(web(lock=Lock("r", ADMIN), favicon=icon("a")))
    await tool("curl", "-s", "-o", str(tmp_path / "icon"), f"http://{house.address}:8080/favicon.ico")
    assert (tmp_path / "icon").read_bytes() == icon("a")
    assert icon("a").startswith(b"\0\0\1\0\1\0")  # one image of type 1, an icon
    assert icon("a") != icon("b")


@pytest.mark.real
async def test_curl_keeps_the_connection_for_two_pages(build, tool):
    house = await build(web())
    url = f"http://{house.address}:8080/"
    said = await tool("curl", "-s", url, url)
    assert said.text.count("<title>Live View</title>") == 2
    assert house.log.connections == 1


@pytest.mark.parametrize(
    "junk",
    [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"],
)
async def test_refuses_what_is_not_http_and_hangs_up(build, junk):
    house = await build(web())
    answer = await house.talk(8080, junk)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"OPTIONS / RTSP/1.0\r\n\r\n", b"400 Bad Request"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411 Length Required"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", b"413 Request Entity Too Large"),
    ],
)
async def test_refuses_what_it_cannot_read_and_hangs_up(build, request_bytes, status):
    house = await build(web())
    assert (await house.talk(8080, request_bytes)).startswith(b"HTTP/1.1 " + status)


async def test_a_method_that_it_has_not_is_refused_with_those_that_it_has(build):
    house = await build(web())
    answer = await house.talk(8080, b"OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert b"\r\nAllow: GET, HEAD, POST\r\n" in answer
    assert house.harms == []


@pytest.mark.real
async def test_curl_finds_the_same_page_behind_tls(build, tool):
    house = await build(web(tls=TLS("modern", subject="CN=camera.lab")))
    said = await tool("curl", "-skv", f"https://{house.address}:8080/")
    assert "<title>Live View</title>" in said.text
    assert "subject: CN=camera.lab" in said.text
    assert "issuer: O=Lab City; CN=Lab City Device CA" in said.text
    assert "TLSv1.3" in said.text

"""FTP, RTSP and SIP, through the real wire, against real servers: with the account as documented, and with it changed."""

import asyncio
from pathlib import Path

import pytest

from checks.contract import Verdict
from scanner.logins import ftp, rtsp, sip, sip_tcp
from tests.logins.real import streams_server
from tests.real import conftest as real
from tests.real import servers, video_servers

pytestmark = pytest.mark.real
unix_user, set_password = real.unix_user, real.set_password
NOBODY = ("", "")


@pytest.fixture(autouse=True)
def more_servers(monkeypatch):
    """`run.start("vsftpd_login", …)` starts the servers of these tests too."""
    ours = (streams_server.vsftpd_login, streams_server.kamailio_auth, streams_server.gst_rtsp_login)
    for server in (*ours, video_servers.gst_rtsp):
        monkeypatch.setitem(servers.SERVERS, server.__name__, server)


async def test_ftp_opens_with_the_password_and_refuses_any_other(run, ask, unix_user, set_password):
    endpoint = await run.start("vsftpd_login")
    opened = await ask(ftp, endpoint, unix_user.user, unix_user.password)
    assert (opened.verdict, opened.reason) == (Verdict.OPENED, "")
    assert opened.evidence.splitlines()[1:] == [b"230 Login successful.", b'257 "/" is the current directory']
    assert (await ask(ftp, endpoint, *NOBODY)).verdict is Verdict.REFUSED
    assert (await ask(ftp, endpoint, "tcnobody", "Q0123456789")).verdict is Verdict.REFUSED
    set_password(unix_user, "another-one")
    assert (await ask(ftp, endpoint, unix_user.user, unix_user.password)).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "settings",
    [
        ("local_enable=NO", "anonymous_enable=YES"),
        ("userlist_enable=YES", "userlist_deny=NO", "userlist_file=/dev/null"),
    ],
)
async def test_ftp_is_refused_where_the_user_may_not_come_by_it(run, ask, unix_user, settings):
    endpoint = await run.start("vsftpd_login", *settings)
    assert (await ask(ftp, endpoint, unix_user.user, unix_user.password)).verdict is Verdict.REFUSED


async def test_ftp_that_serves_another_and_has_no_more_room_is_not_judged(run, ask):
    endpoint = await run.start("vsftpd_login", "max_clients=1")
    reader, writer = await asyncio.open_connection(endpoint.address, endpoint.port)
    assert (await reader.readline()).startswith(b"220")
    answer = await ask(ftp, endpoint, "admin", "12345")
    writer.close()
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "it has no room now: 421")


async def test_ftp_that_lets_anonymous_in_without_a_password_asks_for_no_login(run, ask):
    open_to_all = ("anonymous_enable=YES", "no_anon_password=YES")
    endpoint = await run.start("vsftpd_login", *open_to_all)
    assert (await ask(ftp, endpoint, *NOBODY)).verdict is Verdict.NO_LOGIN_ASKED


async def test_ftp_goes_under_tls_where_the_server_wants_it(run, ask, unix_user, tmp_path):
    wants = (*streams_server.tls_settings(tmp_path), "force_local_logins_ssl=YES")
    endpoint = await run.start("vsftpd_login", *wants)
    assert (await ask(ftp, endpoint, unix_user.user, unix_user.password)).verdict is Verdict.OPENED
    assert (await ask(ftp, endpoint, unix_user.user, "wrong")).verdict is Verdict.REFUSED
    assert (await ask(ftp, endpoint, *NOBODY)).verdict is Verdict.REFUSED


async def test_ftp_is_spoken_inside_tls_from_the_first_byte(run, ask, unix_user, tmp_path):
    endpoint = await run.start("vsftpd_login", *streams_server.tls_settings(tmp_path), "implicit_ssl=YES")
    opened = await ask(ftp, endpoint, unix_user.user, unix_user.password, tls=True)
    assert opened.verdict is Verdict.OPENED
    assert (await ask(ftp, endpoint, unix_user.user, "wrong", tls=True)).verdict is Verdict.REFUSED


@pytest.mark.parametrize("scheme", ["DIGEST", "BASIC"])
async def test_rtsp_opens_with_the_password_and_refuses_any_other(run, ask, scheme):
    endpoint = await run.start("gst_rtsp_login", servers.REALM, "12345", scheme)
    opened = await ask(rtsp, endpoint, "admin", "12345")
    assert (opened.verdict, opened.reason) == (Verdict.OPENED, "")
    assert opened.evidence == b"RTSP/1.0 401 Unauthorized\nRTSP/1.0 200 OK\nm=video 0 RTP/AVP 26"
    assert (await ask(rtsp, endpoint, "admin", "changed")).verdict is Verdict.REFUSED
    assert (await ask(rtsp, endpoint, "tcnobody", "12345")).verdict is Verdict.REFUSED
    assert (await ask(rtsp, endpoint, *NOBODY)).verdict is Verdict.REFUSED


async def test_rtsp_without_a_login_is_not_logged_into(run, ask):
    endpoint = await run.start("gst_rtsp")
    for account in (NOBODY, ("admin", "12345")):
        assert (await ask(rtsp, endpoint, *account)).verdict is Verdict.NO_LOGIN_ASKED


def said_by_kamailio(folder: Path) -> str:
    return (folder / "kamailio_auth.log").read_text()


@pytest.mark.parametrize("asks", ["OPTIONS", "REGISTER"])
@pytest.mark.parametrize(("transport", "driver"), [("udp", sip), ("tcp", sip_tcp)])
async def test_sip_opens_with_the_password_and_refuses_any_other(run, ask, tmp_path, asks, transport, driver):
    endpoint = await run.start("kamailio_auth", asks, "admin", "s3cret", transport, transport=transport)
    opened = await ask(driver, endpoint, "admin", "s3cret")
    assert (opened.verdict, opened.reason) == (Verdict.OPENED, "")
    assert opened.evidence == f"{asks}: SIP/2.0 401 Unauthorized\n{asks}: SIP/2.0 200 OK".encode()
    assert (await ask(driver, endpoint, "admin", "changed")).verdict is Verdict.REFUSED
    assert (await ask(driver, endpoint, "tcnobody", "s3cret")).verdict is Verdict.REFUSED
    assert (await ask(driver, endpoint, *NOBODY)).verdict is Verdict.REFUSED
    assert "SOMETHING" not in said_by_kamailio(tmp_path)


async def test_sip_that_asks_nobody_is_not_logged_into(run, ask):
    endpoint = await run.start("kamailio_auth", "MESSAGE", "admin", "s3cret", transport="udp")
    answer = await ask(sip, endpoint, "admin", "s3cret")
    assert answer.verdict is Verdict.NO_LOGIN_ASKED

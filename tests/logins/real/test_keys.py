"""IPMI, VNC and MQTT, through the real wire: OpenIPMI's simulator, TigerVNC and mosquitto, with the default account and with it changed."""

import pytest

from checks.contract import Verdict
from scanner.conversation import Target
from scanner.logins import ipmi, mqtt, vnc
from scanner.protocols import ipmi as ipmi_protocol

pytestmark = pytest.mark.real

OBSCURED = {"100": "7361719c6efd7676", "111111": "9065ad0d05410128"}
"""What vncpasswd of TigerVNC 1.12.0 makes of a password."""


async def test_ipmi_opens_where_the_default_password_is_set(run, ask):
    endpoint = await run.start("ipmi_sim", "ADMIN", "ADMIN", transport="udp")
    for _ in range(6):  # it has room for few sessions: each is closed
        opened = await ask(ipmi, endpoint, "ADMIN", "ADMIN")
        assert (opened.verdict, opened.reason) == (Verdict.OPENED, "")
    assert opened.evidence == b"RAKP 4 of cipher suite 3 carries the check value of the account"


async def test_ipmi_refuses_where_the_password_was_changed(run, ask):
    endpoint = await run.start("ipmi_sim", "ADMIN", "changed", transport="udp")
    for _ in range(6):  # each half-open session is taken back
        refused = await ask(ipmi, endpoint, "ADMIN", "ADMIN")
        assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "its password is another")
    stranger = await ask(ipmi, endpoint, "tc12345678", "Qanything")
    assert (stranger.verdict, stranger.reason) == (Verdict.REFUSED, "it knows no such user")
    control = await ask(ipmi, endpoint, "", "")
    assert (control.verdict, control.reason) == (Verdict.REFUSED, "it asks for a user")


async def test_ipmi_lists_the_cipher_suites_of_the_simulator(run, wire):
    heard = await wire.hold(ipmi_protocol, Target(await run.start("ipmi_sim", transport="udp")))
    assert heard.facts["ipmi.cipher_zero"] is True
    assert heard.facts["ipmi.cipher_suites"] == tuple(map(str, range(15)))


async def test_vnc_opens_where_the_default_password_is_set(run, ask):
    endpoint = await run.start("tigervnc", "VncAuth", OBSCURED["111111"])
    opened = await ask(vnc, endpoint, "", "111111")
    assert (opened.verdict, opened.reason) == (Verdict.OPENED, "")
    assert opened.evidence == b"RFB 003.008: SecurityResult 0 after VNC Authentication"


async def test_vnc_refuses_where_the_password_was_changed_and_is_then_locked(run, ask):
    endpoint = await run.start("tigervnc", "VncAuth", OBSCURED["100"])
    control = await ask(vnc, endpoint, "", "")
    assert (control.verdict, control.reason) == (Verdict.REFUSED, "it asks for a password")
    for _ in range(4):
        refused = await ask(vnc, endpoint, "", "111111")
        assert refused.verdict is Verdict.REFUSED
    locked = await ask(vnc, endpoint, "", "100")
    assert (locked.verdict, locked.reason) == (Verdict.LOCKED, "it turns us away: Too many security failures")


async def test_a_login_wipes_the_marks_of_tigervnc(run, ask):
    endpoint = await run.start("tigervnc", "VncAuth", OBSCURED["111111"])
    for _ in range(3):
        for password in ("", "another", "111111"):
            verdict = (await ask(vnc, endpoint, "", password)).verdict
    assert verdict is Verdict.OPENED


async def test_vnc_chooses_no_lock_where_one_is_none(run, ask):
    endpoint = await run.start("tigervnc", "None,VncAuth", OBSCURED["100"])
    assert (await ask(vnc, endpoint, "", "100")).verdict is Verdict.NO_LOGIN_ASKED


async def test_vnc_leaves_locks_alone_that_it_does_not_speak(run, ask):
    endpoint = await run.start("tigervnc", "TLSVnc", OBSCURED["100"])
    answer = await ask(vnc, endpoint, "", "100")
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "it asks for VeNCrypt, which is not spoken")


async def test_mqtt_opens_where_the_default_account_is_set(run, ask):
    endpoint = await run.start("mosquitto", "admin", "public")
    assert (await ask(mqtt, endpoint, "", "")).verdict is Verdict.REFUSED
    assert (await ask(mqtt, endpoint, "tc12345678", "Qanything")).verdict is Verdict.REFUSED
    opened = await ask(mqtt, endpoint, "admin", "public")
    assert (opened.verdict, opened.evidence) == (Verdict.OPENED, b"CONNACK return code 0")


async def test_mqtt_refuses_where_the_password_was_changed(run, ask):
    endpoint = await run.start("mosquitto", "admin", "changed")
    refused = await ask(mqtt, endpoint, "admin", "public")
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "not authorised")


async def test_a_broker_for_anybody_asks_for_no_login(run, ask):
    endpoint = await run.start("mosquitto")
    assert (await ask(mqtt, endpoint, "", "")).verdict is Verdict.NO_LOGIN_ASKED

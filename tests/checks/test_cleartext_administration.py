from dataclasses import replace

import pytest

from checks.cleartext_administration import cleartext_administration
from checks.management_channel import management_channel
from inventory.model import Confidence, Endpoint, Severity

LOGIN = ("http", 80, {"http.auth": "basic", "http.tls": False})
FORM = ("http", 80, {"http.password_form": True, "http.tls": False})
HTTPS = ("http", 443, {"http.password_form": True, "http.tls": True})


def test_telnet_is_high(make, judge):
    judged = judge(cleartext_administration, make(("telnet", 23, {"telnet.prompt": "login"})))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(23, Severity.HIGH)]


def test_telnet_without_a_prompt_is_only_likely_to_be_administration(make, judge):
    judged = judge(cleartext_administration, make(("telnet", 23, {"telnet.prompt": "none"})))
    assert [flaw.confidence for flaw in judged.flaws] == [Confidence.LIKELY]


@pytest.mark.parametrize(("vendor", "port"), [("Lantronix", 9999), ("", 9527)])
def test_telnet_that_is_a_makers_channel_is_reported_once_and_by_the_channels_check(make, judge, vendor, port):
    heard = make(("telnet", port, {"telnet.prompt": "login"}), claims={"vendor": vendor} if vendor else {})
    channel = replace(heard, open_ports=(Endpoint("192.0.2.1", port),))
    assert judge(cleartext_administration, channel).flaws == []
    (flaw,) = judge(management_channel, channel).flaws
    assert (flaw.endpoint.port, flaw.severity) == (port, Severity.HIGH)
    assert "in clear" in flaw.detail


def test_telnet_at_the_same_port_of_another_maker_is_plain_telnet(make, judge):
    heard = make(("telnet", 9999, {"telnet.prompt": "login"}), claims={"vendor": "Moxa"})
    assert judge(cleartext_administration, replace(heard, open_ports=(Endpoint("192.0.2.1", 9999),))).ports == [9999]


def test_ftp_that_is_ready_takes_logins_in_clear(make, judge):
    judged = judge(cleartext_administration, make(("ftp", 21, {"ftp.code": 220})))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(21, None)]


def test_ftp_that_offers_tls_may_take_logins_in_clear_all_the_same(make, judge):
    judged = judge(cleartext_administration, make(("ftp", 21, {"ftp.code": 220, "ftp.starttls": True})))
    assert [(flaw.severity, flaw.confidence) for flaw in judged.flaws] == [(Severity.LOW, Confidence.INFERRED)]


def test_ftp_that_turns_everyone_away_passes(make, judge):
    judged = judge(cleartext_administration, make(("ftp", 21, {"ftp.code": 421})))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("page", [LOGIN, FORM])
def test_a_web_login_on_a_device_without_https_is_found(make, judge, page):
    judged = judge(cleartext_administration, make(page))
    assert judged.ports == [80]
    assert judged.flaws[0].confidence is Confidence.CONFIRMED


@pytest.mark.parametrize("page", [LOGIN, FORM])
def test_a_web_login_that_is_also_offered_by_https_passes(make, judge, page):
    judged = judge(cleartext_administration, make(page, HTTPS))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_page_without_a_login_passes(make, judge):
    judged = judge(cleartext_administration, make(("http", 80, {"http.status": 200, "http.tls": False})))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_tls_on_another_protocol_is_no_https(make, judge):
    judged = judge(cleartext_administration, make(LOGIN, ("tls", 8883, {"tls.versions": ("TLSv1.2",)})))
    assert judged.ports == [80]


def test_tls_on_a_port_whose_page_could_not_be_fetched_counts_as_https(make, judge):
    device = make(LOGIN, ("tls", 443, {"tls.versions": ("TLSv1.2",)}), gaps=(("http", 443, "timed out"),))
    assert judge(cleartext_administration, device).flaws == []


def test_a_port_that_could_not_be_examined_lowers_the_confidence(make, judge):
    judged = judge(cleartext_administration, make(LOGIN, gaps=(("tls", 443, "timed out"),)))
    assert [flaw.confidence for flaw in judged.flaws] == [Confidence.LIKELY]


def test_telnet_is_found_beside_a_login_that_https_offers_too(make, judge):
    device = make(("telnet", 23, {"telnet.prompt": "login"}), LOGIN, HTTPS)
    assert judge(cleartext_administration, device).ports == [23]


def test_digest_is_not_said_to_send_the_password_in_clear(make, judge):
    judged = judge(cleartext_administration, make(("http", 80, {"http.auth": "digest"})))
    assert "hides the password but neither the session" in judged.flaws[0].detail


@pytest.mark.parametrize(
    ("asked", "severity"), [("basic", Severity.HIGH), ("basic,digest", None), ("digest", None), ("", None)]
)
def test_basic_alone_is_worse_than_what_a_listener_must_guess(make, judge, asked, severity):
    facts = {"http.auth": asked, "http.password_form": not asked}
    (flaw,) = judge(cleartext_administration, make(("http", 80, facts))).flaws
    assert flaw.severity is severity
    assert ("readable on the wire with every request" in flaw.detail) == (severity is Severity.HIGH)


def test_a_stream_that_asks_for_basic_alone_is_found(make, judge):
    judged = judge(cleartext_administration, make(("rtsp", 554, {"rtsp.auth": "basic"})))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(554, Severity.HIGH)]


@pytest.mark.parametrize(
    ("port", "facts"),
    [
        (554, {"rtsp.auth": "digest"}),
        (554, {"rtsp.auth": "basic,digest"}),
        (322, {"rtsp.auth": "basic", "rtsp.tls": True}),
        (554, {}),
    ],
)
def test_a_stream_whose_password_is_not_in_clear_passes(make, judge, port, facts):
    judged = judge(cleartext_administration, make(("rtsp", port, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("interface", ["axis", "dahua_http", "isapi"])
def test_a_login_that_a_script_makes_is_known_by_the_interface_behind_it(make, judge, interface):
    page = ("http", 80, {"http.status": 200, "http.tls": False})
    asks = (interface, 80, {f"{interface}.authentication": True})
    judged = judge(cleartext_administration, make(page, asks))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(80, None)]
    assert (
        judge(cleartext_administration, make(page, (interface, 80, {f"{interface}.authentication": False}))).flaws == []
    )
    assert judge(cleartext_administration, make(page, asks, HTTPS)).flaws == []

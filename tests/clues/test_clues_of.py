"""What is made of all that a device says: each day once, by who knows best, and what a clock wrote set aside."""

from datetime import UTC, date, datetime

import pytest

from checks.clue import clues_of
from inventory.model import Claim, Confidence, Device, Endpoint, Observation

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
BUILT = date(2017, 1, 24)


def heard(protocol, port, behind="", **facts):
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return Observation(Endpoint("192.0.2.1", port), protocol, named, b"", NOW, behind)


def claimed(name, value, port=80, confidence=Confidence.CONFIRMED):
    return Claim(name, value, confidence, "test", "", Endpoint("192.0.2.1", port))


def device(*seen, claims=()):
    return Device("serial:1", ("192.0.2.1",), observations=seen, claims=tuple(claims))


def told(*seen, claims=()):
    return [
        (clue.method, clue.not_before, clue.not_after, clue.set_aside)
        for clue in clues_of(device(*seen, claims=claims))
    ]


def test_a_makers_shape_is_read_of_its_own_devices_only():
    said = claimed("firmware", "V5.4.5 build 170124")
    assert told(claims=[said]) == []
    assert told(claims=[said, claimed("vendor", "Hikvision")]) == [("hikvision-build", BUILT, BUILT, "")]


def test_one_day_of_one_endpoint_is_told_once_by_the_more_specific_method():
    said = [
        claimed("vendor", "Hikvision"),
        claimed("firmware", "V5.4.5 build 170124"),
        claimed("firmware_date", "2017-01-24"),
    ]
    assert told(claims=said) == [("hikvision-build", BUILT, BUILT, "")]


def test_two_methods_that_agree_are_as_sure_as_the_surer():
    said = [claimed("firmware", "A1_20170124P", confidence=Confidence.LIKELY), claimed("firmware_date", "2017-01-24")]
    (clue,) = clues_of(device(claims=said))
    assert (clue.method, clue.confidence) == ("date-in-version", Confidence.CONFIRMED)


def test_the_same_day_of_another_endpoint_is_a_clue_of_its_own():
    said = [claimed("firmware_date", "2017-01-24", 80), claimed("firmware_date", "2017-01-24", 8000)]
    assert [str(clue.endpoint) for clue in clues_of(device(claims=said))] == ["192.0.2.1:80/tcp", "192.0.2.1:8000/tcp"]


def test_a_text_whose_day_its_maker_knows_is_not_read_as_others_write_it():
    said = [claimed("vendor", "Reolink"), claimed("firmware", "20121112")]
    assert told(claims=said) == [("reolink-build", date(2020, 12, 11), date(2020, 12, 11), "")]


def test_a_part_bounds_on_one_side_beside_the_day_that_the_maker_states():
    text = "Linux, Cisco RV320, Version 1.4.2.17 Mon Oct 30 15:52:47 CST 2017"
    kernel = "Linux rv320 2.6.37 #1 SMP Tue Mar 7 16:58:48 CST 2017 mips64"
    assert told(heard("snmp", 161, snmp__sys_descr=text), heard("telnet", 23, telnet__banner=kernel)) == [
        ("kernel-build", date(2017, 3, 7), None, ""),
        ("version-date", date(2017, 10, 30), date(2017, 10, 30), ""),
    ]


@pytest.mark.parametrize(
    ("fact", "text", "method", "day"),
    [
        # rapid7/recog, xml/rtsp_servers.xml
        ("rtsp.server", "LIVE555 Streaming Media v2013.04.30", "live555-release", date(2013, 4, 30)),
        ("rtsp.server", "ICatchMedia (LIVE555 Streaming Media v2013.06.06)", "live555-release", date(2013, 6, 6)),
        ("rtsp.server", "Wowza Streaming Engine 4.8.5 build20200616153358", "date-in-version", date(2020, 6, 16)),
        ("sip.agent", "FreeSWITCH-mod_sofia/1.10.7-release+git~20211024", "date-in-version", date(2021, 10, 24)),
        (
            "ftp.banner",
            "router FTP server (Version wu-2.6.2(1) Mon Mar 4 21:02:22 EST 2002) ready.",
            "version-date",
            date(2002, 3, 4),
        ),
    ],
)
def test_the_day_of_a_server_program_is_no_firmwares_however_it_is_written(fact, text, method, day):
    protocol, _, name = fact.partition(".")
    assert told(heard(protocol, 554, **{f"{protocol}__{name}": text})) == [(method, day, None, "")]


@pytest.mark.parametrize(
    "text",
    [
        "VoIP Adapter 2.1 20191104AB12",  # the last octets of a MAC address, which Patton, AudioCodes and others name in their User-Agent
        "VoIP Adapter 2.1 00AB20191104",
    ],
)
def test_the_digits_of_a_mac_address_are_no_day(text):
    assert told(heard("sip", 5060, sip__agent=text)) == []


def test_the_time_of_day_in_a_mail_servers_greeting_is_no_build():
    said = "220 ups.riverside.example ESMTP Sendmail 8.13.8/8.13.8; Tue, 18 Jun 2019 02:00:00 +0000"
    assert told(heard("greeting", 2525, greeting__text=said)) == []


def test_what_a_device_says_of_another_behind_it_is_not_its_own():
    assert told(heard("snmp", 161, behind="unit 1", snmp__sys_descr="Compiled on Jan 07 2011 at 19:37:41")) == []


def test_a_fact_of_many_texts_is_read_text_by_text():
    scopes = ("onvif://www.onvif.org/type/ptz", "onvif://www.onvif.org/version/DIPC-B1232.9.3.C00010.251208")
    seen = heard("wsdiscovery", 3702, wsdiscovery__scopes=scopes)
    assert told(seen, claims=[claimed("vendor", "Uniview")]) == [
        ("uniview-build", date(2025, 12, 8), date(2025, 12, 8), "")
    ]


def test_the_day_on_which_hardware_was_made_is_shown_and_bounds_nothing():
    text = "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.4.0 AF1:v6.4.0 MN:AP9630 HR:08 SN: ZA1 MD:08/12/2014)"
    ((method, first, last, why),) = told(heard("snmp", 161, snmp__sys_descr=text))
    assert (method, first, last) == ("hardware-made", date(2014, 8, 12), date(2014, 8, 12))
    assert "hint" in why


@pytest.mark.parametrize(("own", "expected"), [(True, ["certificate-made"]), (False, [])])
def test_a_certificate_hints_at_a_device_that_signed_it_itself(own, expected):
    seen = heard("tls", 443, tls__not_before="2014-10-20T08:00:00+00:00", tls__self_signed=own)
    clues = list(clues_of(device(seen)))
    assert [clue.method for clue in clues] == expected
    assert all("hint" in clue.set_aside for clue in clues)


def test_a_page_in_the_firmware_bounds_it_from_below():
    assert told(heard("http", 80, http__last_modified="Thu, 24 Jan 2013 09:12:11 GMT")) == [
        ("page-modified", date(2013, 1, 24), None, "")
    ]


@pytest.mark.parametrize(
    "modified",
    [
        "Sat, 01 Jan 2000 00:00:13 GMT",
        "Fri, 31 Dec 1999 16:00:13 GMT",
        "Thu, 01 Jan 2004 00:10:00 GMT",
        "Fri, 01 Jan 2010 00:00:00 GMT",
        "Tue, 30 Nov 1999 00:00:00 GMT",
    ],
)
def test_a_page_of_a_clock_that_was_never_set_is_set_aside(modified):
    ((_, _, _, why),) = told(heard("http", 80, http__last_modified=modified))
    assert "never set" in why


@pytest.mark.parametrize(
    "modified",
    [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Tue, 01 Jan 1980 00:00:00 GMT",
        "Sat, 31 Dec 2107 23:59:58 GMT",
        "Fri, 31 Feb 2014 00:00:00 GMT",
    ],
)
def test_the_zero_and_the_end_of_a_clock_are_no_day(modified):
    assert told(heard("http", 80, http__last_modified=modified)) == []


@pytest.mark.parametrize(
    ("modified", "beside"),
    [
        ("Sat, 21 Nov 2026 01:59:59 GMT", {}),
        ("Fri, 20 Nov 2026 01:59:59 GMT", {}),
        ("Wed, 11 Nov 2026 02:00:13 GMT", {"snmp__sys_uptime": 10 * 86_400 * 100}),
        ("Wed, 11 Nov 2026 02:00:13 GMT", {"ubiquiti__uptime": 10 * 86_400}),
        ("Tue, 05 Jun 2012 10:00:00 GMT", {"http__date": "Wed, 06 Jun 2012 01:00:00 GMT"}),
        ("Tue, 05 Jun 2012 10:00:00 GMT", {"onvif__time": "2012-06-05T10:03:00+00:00"}),
    ],
)
def test_a_page_that_the_device_wrote_at_its_start_or_just_now_is_set_aside(modified, beside):
    ((_, _, _, why),) = told(heard("http", 80, http__last_modified=modified), heard("other", 1, **beside))
    assert "own clock" in why


@pytest.mark.parametrize("up", [True, -1, 2**63, "10 days", 2.5])
def test_an_uptime_that_is_none_takes_nothing_away(up):
    seen = heard("http", 80, http__last_modified="Thu, 24 Jan 2013 09:12:11 GMT")
    assert told(seen, heard("snmp", 161, snmp__sys_uptime=up)) == [("page-modified", date(2013, 1, 24), None, "")]


def test_a_banner_that_shows_the_present_time_is_no_build():
    seen = heard("telnet", 23, telnet__banner="Acme Gateway 2.31 Sat Nov 21 02:00:03 2026\nlogin:")
    ((method, _, _, why),) = told(seen)
    assert method == "version-date"
    assert why


def test_clues_come_in_the_order_of_their_methods():
    text = "Image: rel/15.7.0.0/ Created on Fri Jul 7 12:49:01 EDT 2006. Copyright (c) 1996-2005"
    seen = heard("snmp", 161, snmp__sys_descr=text), heard("http", 80, http__server="thttpd/2.25b 29dec2003")
    assert [clue.method for clue in clues_of(device(*seen))] == ["acme-httpd-release", "compiled-on", "copyright-year"]

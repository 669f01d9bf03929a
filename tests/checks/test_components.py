"""What is read of a component's name and version, and the day the shipped tables give it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.components import backported, name_and_version, released, released_in_words
from checks.intelligence import built_in, of_tables
from checks.knowledge import Component

SHIPPED = built_in()


def day_of(text: str) -> date | None:
    named = name_and_version(text)
    return released(*named, SHIPPED) if named else None


@pytest.mark.parametrize(
    ("component", "version", "day"),
    [
        ("dropbear", "2012.55", date(2012, 2, 22)),
        ("dropbear", "2020.81", date(2020, 10, 29)),
        ("lighttpd", "1.4.35", date(2014, 3, 12)),
        ("OpenSSH", "7.4", date(2016, 12, 19)),
        ("openssh", "7.4p1", date(2016, 12, 19)),
        ("Apache", "2.4.7", date(2013, 11, 19)),
        ("openssl", "1.0.1e", date(2013, 2, 11)),
        ("BusyBox", "v1.22.1", date(2014, 1, 20)),
        ("Linux", "2.6.35", date(2010, 8, 1)),
        ("boa", "0.94.14rc21", date(2005, 2, 23)),
        ("mini_httpd", "1.19", date(2003, 12, 19)),
    ],
)
def test_a_version_has_the_day_it_was_released(component, version, day):
    assert released(component, version, SHIPPED) == day


@pytest.mark.parametrize(
    ("banner", "day"),
    [
        ("Apache/2.2.15 (CentOS)", date(2010, 3, 2)),  # CentOS 6
        ("RomPager/4.07 UPnP/1.0", date(2002, 1, 1)),  # ZyXEL P-660HW
        ("Boa/0.94.14rc21", date(2005, 2, 23)),  # cameras of many makers
        ("Linux/2.6.35 UPnP/1.0 MiniUPnPd/1.4", date(2010, 8, 1)),
        ("MiniUPnPd/1.4", date(2009, 10, 30)),
        ("Linux 3.10.14 #1", date(2013, 10, 1)),  # Ingenic T20 cameras
        ("dnsmasq-2.62", date(2012, 6, 4)),  # version.bind
        ("uClibc 0.9.33.2", date(2012, 5, 15)),
        ("OpenSSL/1.0.1e-fips", date(2013, 2, 11)),
        ("PHP/5.3.3", date(2010, 7, 22)),
        ("ProFTPD 1.3.3d", date(2010, 12, 17)),
        ("vsFTPd 2.3.4", date(2011, 2, 1)),
        ("Asterisk PBX 11.6-cert9", date(2013, 10, 21)),  # a certified release is of its branch, not of its beginning
        ("Mosquitto version 1.4.10", date(2016, 8, 16)),
        ("Samba 3.0.37", date(2009, 9, 30)),
        ("NET-SNMP version: 5.4.2", date(2008, 9, 5)),
        ("LIVE555 Streaming Media v2013.04.08", date(2013, 4, 8)),
        ("dropbear_0.52", date(2008, 11, 12)),
        ("OpenSSH_7.4p1 Debian-10+deb9u7", date(2016, 12, 19)),
        ("Jetty(10.0.1.v20210222)", date(2021, 2, 22)),
        ("CUPS/1.7 IPP/2.1", date(2013, 10, 24)),  # CUPS names no more than its branch
        ("Microsoft-IIS/7.5", date(2009, 7, 1)),
        ("thttpd/2.25b 29dec2003", date(2003, 12, 29)),
        ("RouterOS 6.40.5", date(2017, 10, 31)),
        ("home-assistant 2023.5.1", date(2023, 5, 1)),
    ],
)
def test_a_banner_has_the_day_of_what_it_names_first(banner, day):
    assert day_of(banner) == day


@pytest.mark.parametrize(
    "banner",
    [
        "Apache-Coyote/1.1",  # Tomcat's connector, whose number is not Tomcat's
        "GoAhead-Webs/2.5.0 PeerSec-MatrixSSL/3.1.3",
        "OpenSSH_for_Windows_8.1",
        "mod_ssl/2.8",
        "LIVE555 Streaming Media v2013.02.31",
        "LIVE555 Streaming Media v2013.13.01",
        "home-assistant 2023.5.0b3",
        "UPnP/1.0",
    ],
)
def test_what_only_looks_like_a_known_release_has_no_day(banner):
    assert day_of(banner) is None


@pytest.mark.parametrize(
    ("component", "stated", "plain"),
    [
        ("linux", "3.10.0-957.el7.x86_64", "3.10"),
        ("linux", "2.6.35+vendor", "2.6.35"),
        ("linux", "4.9.0-8-arch1", "4.9"),  # "arch" holds "rc"
        ("linux", "2.6.27.39-WR3.0.2ay_standard", "2.6.27.39"),
        ("openssh", "7.4p1-10+deb9u7", "7.4"),
        ("nginx", "1.18.0_custom", "1.18.0"),
        ("php", "5.3.3-7+squeeze19", "5.3.3"),
        ("lighttpd", "1.4.35-1~bpo70+1", "1.4.35"),
    ],
)
def test_what_a_packager_adds_is_left_out(component, stated, plain):
    assert released(component, stated, SHIPPED) == released(component, plain, SHIPPED) is not None


@pytest.mark.parametrize(
    "version", ["1.4.35-devel-12M", "1.4.35-rc1", "1.4.35-git", "1.4.35~beta2", "1.4.35~20140301", "1.4.35rc1"]
)
def test_a_build_from_before_a_release_is_not_dated_by_it(version):
    assert released("lighttpd", version, SHIPPED) is None


@pytest.mark.parametrize(("component", "version"), [("lighttpd", "1.4.3500"), ("acmeweb", "1.0"), ("dropbear", "")])
def test_what_the_table_does_not_know_has_no_date(component, version):
    assert released(component, version, SHIPPED) is None


@given(st.text(), st.text())
def test_junk_has_no_date_and_raises_nothing(component, version):
    day = released(component, version, SHIPPED)
    assert day is None or day.year >= 1990


@pytest.mark.parametrize("junk", ["9", "1.", "1.0-", "/1", "a ", "+deb", "\n", "1.0.1e-", "_/ "])
def test_ten_thousand_characters_have_no_date_and_no_distribution(junk):
    hostile = junk * (10_000 // len(junk))
    assert day_of(f"lighttpd/{hostile}") is None
    assert released(hostile, hostile, SHIPPED) is None
    assert released("openssl", hostile, SHIPPED) is None
    assert backported(hostile) == ""


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("dropbear 2012.55", "dropbear", "2012.55"),
        ("OpenSSH_7.4p1 Debian-10+deb9u7", "OpenSSH", "7.4p1"),
        ("lighttpd/1.4.35", "lighttpd", "1.4.35"),
        ("mini_httpd/1.19 19dec2003", "mini_httpd", "1.19"),
        ("BusyBox v1.22.1", "BusyBox", "1.22.1"),
        ("Portable SDK for UPnP devices/1.6.17", "Portable SDK for UPnP devices", "1.6.17"),
        ("Mosquitto version 1.4.10", "Mosquitto", "1.4.10"),
        ("Apache/2.2.15(Unix)", "Apache", "2.2.15"),
    ],
)
def test_a_claim_is_read_as_name_and_version(text, name, version):
    assert name_and_version(text) == (name, version)


@pytest.mark.parametrize("text", ["", "lighttpd", "Boa", "1.2.3"])
def test_a_claim_without_a_version_is_none(text):
    assert name_and_version(text) is None


@pytest.mark.parametrize(
    ("day", "bound", "words"),
    [
        ("2012-02-24", date(2012, 2, 24), "on 2012-02-24"),
        ("2012-02", date(2012, 2, 1), "in 2012-02"),
        ("2012", date(2012, 1, 1), "in 2012"),
        ("", None, ""),
    ],
)
def test_a_month_or_a_year_bounds_by_its_first_day_and_is_told_as_what_it_is(day, bound, words):
    told = of_tables(components=[Component("acmeweb", "its news page", {"1.0": day})])
    assert (released("acmeweb", "1.0", told), released_in_words("acmeweb", "1.0", told)) == (bound, words)


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("7.4p1 Debian-10+deb9u7", "Debian"),
        ("OpenSSH_7.4p1 Raspbian-10+deb9u7", "Raspbian"),
        ("OpenSSH_8.2p1 Ubuntu-4ubuntu0.5", "Ubuntu"),
        ("5.3.3-7+squeeze19", "Debian"),
        ("3.10.0-957.el7.x86_64", "Red Hat Enterprise Linux"),
        ("Apache/2.2.15 (CentOS)", "CentOS"),
        ("Apache/2.2.3 (Red Hat)", "Red Hat Enterprise Linux"),
        ("0.9.8e-fips-rhel5", "Red Hat Enterprise Linux"),
        ("2.6.40.4-5.fc15.x86_64", "Fedora"),
        ("4.14.77-81.59.amzn2.x86_64", "Amazon Linux"),
        ("Apache/2.2.12 (Linux/SUSE)", "SUSE"),
        ("OpenWrt/19.07.3 UPnP/1.1 MiniUPnPd/2.1", "OpenWrt"),
        ("OpenSSH_7.9 FreeBSD-20200214", "FreeBSD"),
        ("2.6.10_mvl401-davinci_evm", "MontaVista Linux"),
        ("2.6.27.39-WR3.0.2ay_standard", "Wind River Linux"),
        ("3.14.29-yocto-standard", "Yocto"),
    ],
)
def test_a_version_names_the_distribution_that_packaged_it(text, distribution):
    assert backported(text) == distribution


@pytest.mark.parametrize("text", ["1.0.1e", "1.0.1e-fips", "Apache/2.2.15 (Unix)", "2.6.35+vendor", "dropbear 2012.55"])
def test_a_version_of_the_makers_own_names_no_distribution(text):
    assert backported(text) == ""

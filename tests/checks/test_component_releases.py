"""The shipped table of component releases, held against itself and against what is known to have been built with which component."""

from datetime import date
from itertools import pairwise

import pytest

from checks.components import SYSTEMS, name_and_version, released
from checks.intelligence import built_in
from checks.knowledge import first_day
from checks.versions import compare

SHIPPED = built_in()
COMPONENTS = SHIPPED.components
GATHERED = {
    "alpine-linux": 343,
    "apache-httpd": 197,
    "appweb": 3,
    "asterisk": 650,
    "busybox": 142,
    "civetweb": 17,
    "cups": 41,
    "debian": 27,
    "dnsmasq": 32,
    "dovecot": 130,
    "dropbear": 52,
    "eclipse-jetty": 106,
    "exim": 69,
    "goahead": 3,
    "lighttpd": 124,
    "linux-kernel": 4854,
    "live555": 36,
    "mbedtls": 182,
    "miniupnpd": 21,
    "mongoose": 58,
    "mosquitto": 127,
    "net-snmp": 106,
    "nginx": 594,
    "node-red": 174,
    "nodejs": 665,
    "openssh": 109,
    "openssl": 238,
    "openwrt": 67,
    "php": 555,
    "postfix": 182,
    "proftpd": 43,
    "pupnp": 65,
    "pure-ftpd": 23,
    "rabbitmq": 296,
    "routeros": 289,
    "samba": 534,
    "squid": 229,
    "tomcat": 446,
    "yocto": 200,
}
"""How many versions the 12,297 usable rows of the gathered releases name, by component: 12,029 together, some by two rows."""
SHIPPED_WITH = (
    (
        "debian",
        "7.0",
        "openssh 6.0p1, openssl 1.0.1e, lighttpd 1.4.31, apache-httpd 2.2.22, nginx 1.2.1, dropbear 2012.55, dnsmasq 2.62",
    ),
    (
        "debian",
        "7.0",
        "linux-kernel 3.2.41, php 5.4.4, samba 3.6.6, mosquitto 0.15, proftpd 1.3.4a, asterisk 1.8.13.1, squid 3.1.20",
    ),
    (
        "debian",
        "8.0",
        "openssh 6.7p1, openssl 1.0.1k, lighttpd 1.4.35, apache-httpd 2.4.10, nginx 1.6.2, dropbear 2014.65, dnsmasq 2.72",
    ),
    (
        "debian",
        "8.0",
        "linux-kernel 3.16.7, php 5.6.7, samba 4.1.17, mosquitto 1.3.4, proftpd 1.3.5, asterisk 11.13.1, vsftpd 3.0.2",
    ),
    (
        "debian",
        "9.0",
        "openssh 7.4p1, openssl 1.1.0f, lighttpd 1.4.45, apache-httpd 2.4.25, nginx 1.10.3, dropbear 2016.74, dnsmasq 2.76",
    ),
    (
        "debian",
        "9.0",
        "linux-kernel 4.9.30, php 7.0.19, samba 4.5.8, mosquitto 1.4.10, asterisk 13.14.1, vsftpd 3.0.3, busybox 1.22.0",
    ),
    (
        "debian",
        "10.0",
        "openssh 7.9p1, openssl 1.1.1c, lighttpd 1.4.53, apache-httpd 2.4.38, nginx 1.14.2, dropbear 2018.76, dnsmasq 2.80",
    ),
    (
        "debian",
        "11.0",
        "openssh 8.4p1, openssl 1.1.1k, lighttpd 1.4.59, apache-httpd 2.4.48, nginx 1.18.0, dropbear 2020.81, dnsmasq 2.85",
    ),
    (
        "debian",
        "12.0",
        "openssh 9.2p1, openssl 3.0.9, lighttpd 1.4.69, apache-httpd 2.4.57, nginx 1.22.1, dropbear 2022.83, dnsmasq 2.89",
    ),
    ("openwrt", "18.06.0", "dropbear 2017.75, busybox 1.28.3, dnsmasq 2.80test2, linux-kernel 4.9"),
    ("openwrt", "19.07.0", "dropbear 2019.78, busybox 1.30.1, dnsmasq 2.80, linux-kernel 4.14.162"),
    ("openwrt", "21.02.0", "dropbear 2020.81, busybox 1.33.1, dnsmasq 2.85, linux-kernel 5.4.143"),
    ("openwrt", "22.03.0", "dropbear 2022.82, busybox 1.35.0, dnsmasq 2.86, linux-kernel 5.10.138"),
    ("openwrt", "23.05.0", "dropbear 2022.83, busybox 1.36.1, dnsmasq 2.89, linux-kernel 5.15.134"),
    ("alpine-linux", "3.4.0", "busybox 1.24.2, openssl 1.0.2h, linux-kernel 4.4.11"),
    ("alpine-linux", "3.10.0", "busybox 1.30.1, openssl 1.1.1c, dropbear 2019.78"),
    ("alpine-linux", "3.12.0", "busybox 1.31.1, openssl 1.1.1g, dropbear 2019.78"),
    ("alpine-linux", "3.16.0", "busybox 1.35.0, openssl 1.1.1o, openssh 9.0p1"),
    ("yocto", "1.6", "busybox 1.22.1, openssl 1.0.1g, dropbear 2014.63"),
    ("yocto", "2.0", "busybox 1.23.2, openssl 1.0.2d, dropbear 2015.68"),
    ("yocto", "3.1", "busybox 1.31.1, openssl 1.1.1f, dropbear 2019.78"),
    ("yocto", "4.0", "busybox 1.35.0, openssl 3.0.2, dropbear 2020.81"),
    ("routeros", "6.40", "linux-kernel 3.3.5"),
    ("routeros", "7.1", "linux-kernel 5.6.3"),
)
"""What releases of distributions carry, by their release notes and package lists (general knowledge): built, all of it, by the day of that release."""


@pytest.mark.parametrize(("component", "versions"), GATHERED.items())
def test_every_gathered_component_is_shipped_with_all_its_versions(component, versions):
    assert len(COMPONENTS[component].versions) >= versions


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_every_version_is_looked_up_exactly(component):
    for version, day in COMPONENTS[component].versions.items():
        assert released(component, version, SHIPPED) == (first_day(day) if day else None)


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_a_component_names_its_source_and_its_days_are_days(component):
    assert COMPONENTS[component].source
    days = [day for day in COMPONENTS[component].versions.values() if day]
    assert all(date(1990, 1, 1) < first_day(day) < date(2026, 11, 22) for day in days)


def test_only_kernels_of_1970_are_known_without_a_day():
    unknown = {(c.name, version) for c in COMPONENTS.values() for version, day in c.versions.items() if not day}
    assert unknown == {("linux-kernel", f"2.6.12.{number}") for number in (1, 2, 3)}


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_no_version_is_dated_after_its_successor(component):
    branches: dict[str, list[str]] = {}
    for version in COMPONENTS[component].versions:
        branches.setdefault(version.rpartition(".")[0], []).append(version)
    for branch in branches.values():
        for version, successor in pairs(branch):
            assert day_of(component, version) <= day_of(component, successor) + "~", (version, successor)


def pairs(branch: list[str]) -> list[tuple[str, str]]:
    """The members that the comparison of versions puts in order, each with its successor."""
    numbered = sorted((version for version in branch if version.replace(".", "").isdigit()), key=numbers)
    return [(one, other) for one, other in pairwise(numbered) if compare(one, other) == -1]


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def day_of(component: str, version: str) -> str:
    return COMPONENTS[component].versions[version]


@pytest.mark.parametrize(("system", "version", "carried"), SHIPPED_WITH)
def test_nothing_that_a_distribution_carries_is_dated_after_that_distribution(system, version, carried):
    built = released(system, version, SHIPPED)
    assert built is not None
    found = [(text, released(*(name_and_version(text) or ("", "")), SHIPPED)) for text in carried.split(", ")]
    assert sum(day is not None for _, day in found) >= len(found) * 3 // 4
    assert [text for text, day in found if day is not None and day > built] == []


@pytest.mark.parametrize(
    ("heard", "built"),
    [
        ("Linux 2.6.10_mvl401-davinci_evm #1 Tue Jul 31 2007", date(2007, 7, 31)),
        ("Linux 2.6.18-prep #1 Thu Sep 30 2010", date(2010, 9, 30)),
        ("Linux 3.0.8 #1 Tue Aug 13 2013", date(2013, 8, 13)),  # HiSilicon Hi3518
        ("Linux 3.4.35 #38 Mon Aug 24 2015", date(2015, 8, 24)),
        ("Linux 3.10.14 #1 Mon Mar 6 2017", date(2017, 3, 6)),
        ("Linux 2.4.20_mvl31-ixp425 #1 2005", date(2005, 12, 31)),
        ("BusyBox v1.00 (2005.09.20-14:02+0000)", date(2005, 9, 20)),
        ("BusyBox v1.1.2 (2012.03.01)", date(2012, 3, 1)),
        ("BusyBox v1.12.1 (2012-11-20 15:44:01 CST)", date(2012, 11, 20)),  # MediaTek RT2880 SDK
        ("BusyBox v1.17.2 (2010-08-30 10:00:00 UTC)", date(2010, 8, 30)),
        ("thttpd/2.25b 29dec2003", date(2003, 12, 29)),
        ("mini_httpd/1.30 26Oct2018", date(2018, 10, 26)),
        ("squid 3.5.27 (Debian 2018-02)", date(2018, 2, 15)),
    ],
)
def test_no_component_is_dated_after_a_build_that_is_known_to_carry_it(heard, built):
    named = name_and_version(heard)
    day = released(*named, SHIPPED) if named else None
    assert day is not None
    assert day <= built


@pytest.mark.parametrize(("version", "built"), [("7.15.3", date(2024, 7, 24)), ("7.20.2", date(2025, 10, 17))])
def test_an_operating_system_is_built_before_the_day_it_is_released_on(version, built):
    # MNDP of RouterOS: "7.20.2 (stable) 2025-10-17 09:21:34", which MikroTik released on 22 October
    day = released("routeros", version, SHIPPED)
    assert day is not None
    assert "routeros" in SYSTEMS
    assert day > built

"""Routers: the releases of RouterOS and OpenWrt."""

from datetime import date
from functools import partial

from lab.account import Account
from lab.fake import Build, Expected, Fake
from lab.services.ftp import Ftp
from lab.services.mndp import Mndp
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet

_CHANGELOG = "MikroTik, RouterOS changelog"
_OPENWRT = "OpenWrt, signed releases"
_NEWEST_ROUTEROS, _NEWEST_ROUTEROS_ON = "7.24", date(2026, 8, 17)
_NEWEST_OPENWRT, _NEWEST_OPENWRT_ON = "25.12.5", date(2026, 6, 30)
_SHELL = Expected("cleartext-administration", 23)
_ADMIN = Account("admin")

_Router = partial(Fake, quarter="depot", kind="router")


def _login(banner: str) -> Telnet:
    return Telnet(banner=f"\r\n{banner}\r\n", user_prompt="Login: ", account=_ADMIN)


def _mndp(mac: str, version: str, board: str = "RB750Gr3") -> Mndp:
    return Mndp(mac=mac, identity="MikroTik", version=version, board=board)


FAKES = (
    _Router(
        name="depot_routeros_6_42",
        title="Router of April 2018, with a hole that is used",
        host=34,
        mac="4c:5e:0c:91:10:34",
        vendor="MikroTik",
        model="RB952Ui-5ac2nD",
        firmware="6.42",
        services=(
            _mndp("4c:5e:0c:91:10:34", "6.42 (stable)", "RB952Ui-5ac2nD"),
            Ftp(greeting="MikroTik FTP server (MikroTik 6.42) ready"),
        ),
        causes=frozenset(
            (
                Expected("firmware-behind", 5678, "udp"),
                Expected("firmware-known-exploited", 5678, "udp"),
                Expected("cleartext-administration", 21),
                Expected("firmware-advisory", 5678, "udp"),
            )
        ),
        build=Build(
            date(2018, 4, 13),
            f"{_CHANGELOG}: 6.42 (2018-Apr-13)",
            date(2018, 4, 13),
            _NEWEST_ROUTEROS,
            _NEWEST_ROUTEROS_ON,
        ),
    ),
    _Router(
        name="depot_routeros_6_42_6",
        title="Router of July 2018",
        host=35,
        mac="4c:5e:0c:91:10:35",
        vendor="MikroTik",
        model="RB750Gr3",
        firmware="6.42.6",
        services=(_mndp("4c:5e:0c:91:10:35", "6.42.6 (stable)"), Ssh(version="ROSSSH", host_key="rsa", account=_ADMIN)),
        causes=frozenset(
            (
                Expected("firmware-behind", 5678, "udp"),
                Expected("firmware-advisory", 5678, "udp"),
            )
        ),
        older_than="depot_routeros_newest",
        build=Build(
            date(2018, 7, 6),
            f"{_CHANGELOG}: 6.42.6 (2018-Jul-06)",
            date(2018, 7, 6),
            _NEWEST_ROUTEROS,
            _NEWEST_ROUTEROS_ON,
        ),
    ),
    _Router(
        name="depot_routeros_6_49_10",
        title="Router of September 2023, on the old branch",
        host=36,
        mac="4c:5e:0c:91:10:36",
        vendor="MikroTik",
        model="RB750Gr3",
        firmware="6.49.10",
        services=(_mndp("4c:5e:0c:91:10:36", "6.49.10 (stable)"), _login("MikroTik v6.49.10 (stable)")),
        causes=frozenset(
            (
                _SHELL,
                Expected("firmware-behind", 5678, "udp"),
                Expected("firmware-advisory", 5678, "udp"),
            )
        ),
        older_than="depot_routeros_newest",
        build=Build(
            date(2023, 9, 15),
            f"{_CHANGELOG}: 6.49.10 (2023-Sep-15)",
            date(2023, 9, 15),
            _NEWEST_ROUTEROS,
            _NEWEST_ROUTEROS_ON,
        ),
    ),
    _Router(
        name="depot_routeros_7_15_3",
        title="Router of July 2024",
        host=37,
        mac="4c:5e:0c:91:10:37",
        vendor="MikroTik",
        model="RB750Gr3",
        firmware="7.15.3",
        services=(
            _mndp("4c:5e:0c:91:10:37", "7.15.3 (stable) 2024-07-24 10:39:01"),
            Ssh(version="ROSSSH", host_key="rsa", account=_ADMIN),
        ),
        causes=frozenset(
            (
                Expected("firmware-behind", 5678, "udp"),
                Expected("firmware-advisory", 5678, "udp"),
            )
        ),
        older_than="depot_routeros_newest",
        build=Build(
            date(2024, 7, 24),
            "build-time of RouterOS 7.15.3, as MNDP states it",
            date(2024, 7, 25),
            _NEWEST_ROUTEROS,
            _NEWEST_ROUTEROS_ON,
        ),
    ),
    _Router(
        name="depot_routeros_newest",
        title="Router on the newest release",
        host=38,
        mac="4c:5e:0c:91:10:38",
        vendor="MikroTik",
        model="RB750Gr3",
        firmware="7.24",
        services=(_mndp("4c:5e:0c:91:10:38", "7.24 (stable)"), Ssh(version="ROSSSH", host_key="rsa", account=_ADMIN)),
        causes=frozenset((Expected("firmware-advisory", 5678, "udp"),)),
        build=Build(date(2026, 8, 17), f"{_CHANGELOG}: 7.24 (2026-Aug-17)", date(2026, 8, 17)),
    ),
    _Router(
        name="depot_openwrt_19_07",
        title="Router on a branch of OpenWrt that has ended",
        host=39,
        mac="00:0d:b9:52:10:39",
        services=(_login("OpenWrt 19.07.7, r11306-c4a6851c72"),),
        causes=frozenset(
            (
                _SHELL,
                Expected("firmware-behind", 23),
                Expected("firmware-unsupported", 23),
            )
        ),
        kind=None,
        build=Build(
            date(2021, 2, 15),
            "kernel of the signed images of 19.07.7: '4.14.221 #0 Mon Feb 15 15:22:37 2021' (librenms/librenms)",
            date(2021, 2, 16),
            _NEWEST_OPENWRT,
            _NEWEST_OPENWRT_ON,
        ),
    ),
    _Router(
        name="depot_openwrt_24_10",
        title="Router on a branch of OpenWrt that ended in September 2026",
        host=52,
        mac="00:0d:b9:52:10:52",
        services=(_login("OpenWrt 24.10.8"),),
        causes=frozenset((_SHELL, Expected("firmware-unsupported", 23))),
        kind=None,
        build=Build(date(2026, 7, 25), f"{_OPENWRT}: 24.10.8", date(2026, 7, 25)),
    ),
    _Router(
        name="depot_openwrt_newest",
        title="Router on the newest OpenWrt",
        host=53,
        mac="00:0d:b9:52:10:53",
        services=(_login("OpenWrt 25.12.5"),),
        causes=frozenset((_SHELL,)),
        kind=None,
        build=Build(date(2026, 6, 30), f"{_OPENWRT}: 25.12.5", date(2026, 6, 30)),
    ),
)

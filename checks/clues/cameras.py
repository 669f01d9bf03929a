"""Cameras and recorders: the build that the firmware's version carries."""

import re
from datetime import date

from checks.clue import Said, method
from checks.days import digits, named
from inventory.model import Confidence

_HIKVISION = re.compile(r"\bbuild[ :_]{0,2}(\d{6})(?!\d)", re.IGNORECASE)
_DAHUA = re.compile(r"\bbuild(?: ?date)?[ :]{1,3}(20\d\d-\d\d-\d\d)\b|\.R\.(20\d{6}|\d{6})(?!\d)", re.IGNORECASE)
_UNIVIEW = re.compile(r"\b[A-Z]{3,5}[-_][A-Z]?\d{4,5}\.(?:[\w-]{1,16}\.){1,8}(\d{6})(?!\d)")
_REOLINK = re.compile(r"(?:(?:^|[_ ])|^[vV]?\d\.\d\.\d\.\d{4})(\d{8,10})(?=_v\d|_V\d|$)")
_REOLINK_DAY = re.compile(r"^N(\d{6})$")
_YEAR_IN_FULL = 10


@method(
    "hikvision-build",
    Confidence.CONFIRMED,
    facts=("firmware", "sadp.firmware", "isapi.firmware_built", "upnp.model_number", "onvif.firmware"),
    vendors=("hikvision", "hilook", "hiwatch", "annke", "lts", "truvision", "interlogix", "ezviz"),
    source="Hikvision writes the build as YYMMDD: 'V5.4.5 build 170124' (release notes, SADP, ISAPI firmwareReleasedDate)",
)
def hikvision_build(text: str) -> Said:
    """`V5.4.5build 170124`, `build 190220`."""
    found = _HIKVISION.search(text)
    return digits(found[1]) if found else None


@method(
    "dahua-build",
    Confidence.CONFIRMED,
    facts=("firmware", "dhip.firmware", "onvif.firmware"),
    vendors=("dahua", "amcrest", "lorex", "imou", "kbvision", "intelbras"),
    source="Dahua's version field ends in its build date: '2.800.0000000.16.R, Build Date: 2020-06-05'; file names in '.R.20170831' or '.R.210406'",
)
def dahua_build(text: str) -> Said:
    """`2.622.0000000.18.R, Build Date: 2017-09-04`, `4.500.0000000.5.R,build:2020-10-26`."""
    found = _DAHUA.search(text)
    return digits((found[1] or found[2]).replace("-", "")) if found else None


@method(
    "axis-build",
    Confidence.CONFIRMED,
    facts=("axis.build_date", "snmp.sys_descr", "ftp.banner", "telnet.banner"),
    vendors=("axis",),
    source="VAPIX: Properties.Firmware.BuildDate ('Feb 15 2019 09:42'); sysDescr and the FTP greeting carry the same date",
)
def axis_build(text: str) -> Said:
    """The one date in what Axis says of a device."""
    return named(text)


@method(
    "uniview-build",
    Confidence.CONFIRMED,
    facts=("firmware", "onvif.firmware", "wsdiscovery.scopes"),
    vendors=("uniview",),
    source="Uniview's versions end in the build as YYMMDD: 'DIPC-B1216.9.11.250326'",
)
def uniview_build(text: str) -> Said:
    """`QIPC-B1202.5.3.190709`."""
    found = _UNIVIEW.search(text)
    return digits(found[1]) if found else None


@method(
    "reolink-build",
    Confidence.CONFIRMED,
    facts=("firmware", "onvif.firmware"),
    vendors=("reolink", "reolinkinnovation"),
    source="Reolink's download centre: 839 releases, whose versions end in YYMMDD and the build of that day",
)
def reolink_build(text: str) -> Said:
    """`v3.0.0.1388_22100600`, `v3.1.0.3016_2312052457`, `v3.1.0.3795_24081508_v1.0.0.146` (of the zoom lens), `20121112`."""
    alone = _REOLINK_DAY.search(text)
    found = alone or _REOLINK.search(text)
    return _of_reolink(found[1]) if found else None


def _of_reolink(number: str) -> date | None:
    """The day at the beginning of the number; a few write the year in full, which no month then allows to be read otherwise."""
    return digits(number[:6]) or (digits(number[:8]) if len(number) == _YEAR_IN_FULL else None)

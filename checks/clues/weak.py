"""What only hints at the firmware's age, each with the bound that it gives honestly.

A page's Last-Modified is the day it was packed into the firmware, or was written later: the firmware that serves it is not known to be older, and may have
been changed since. A certificate that the device made for itself shows that it was there that day; the firmware may be older or newer, so it bounds nothing,
and neither does the day on which the hardware was made. A copyright notice names the year in which its last line was written; makers name the coming year from
autumn on.
"""

import re
from datetime import date, timedelta

from checks.clue import Said, method, since
from checks.days import FIRST, LAST, digits, month_first, named
from inventory.model import Confidence

_APC = re.compile(r"\bMD: ?(\d\d/\d\d/\d{4})(?!\d)")
_IN_SERIAL = re.compile(r"^[A-Z]{2}-[\w/-]{4,32}?(20[0-6]\d[01]\d[0-3]\d)[A-Z]{2,4}\w{6,24}$")
_ISO = re.compile(r"^(20\d\d-\d\d-\d\d)(?:T|$)")
_COPYRIGHT = re.compile(
    r"(?:\bCopyright\b|\([cC]\)|©)[ ,.:(cC)©]{0,8}(?:(?:19|20)\d\d ?[-,] ?){0,4}((?:19|20)\d\d)(?![\d-])"
)
_NAMED_BEFORE = timedelta(days=122)


@method(
    "page-modified",
    Confidence.INFERRED,
    facts=("http.last_modified",),
    clock=True,
    source="RFC 9110, section 8.8.2: when the server believes that the page was last modified, which of a page in flash is when it was packed",
)
def page_modified(text: str) -> Said:
    """Each of the three forms of RFC 9110, section 5.6.7."""
    return since(named(text))


@method(
    "certificate-made",
    Confidence.INFERRED,
    facts=("tls.not_before", "opcua.certificate_not_before"),
    clock=True,
    hint="a hint only: the device made its certificate then, and its firmware may be older or newer",
    beside=("tls.self_signed", "opcua.certificate_self_signed"),
    source="RFC 5280, section 4.1.2.5: notBefore; a device that signs for itself does so at its first start, or in the factory",
)
def certificate_made(text: str) -> Said:
    """The start of the validity, ISO 8601."""
    return named(text)


@method(
    "hardware-made",
    Confidence.INFERRED,
    facts=("snmp.sys_descr", "entity.mfg_date", "sadp.serial", "isapi.serial", "upnp.serial_number", "onvif.serial"),
    hint="a hint only: the hardware was made then, and its firmware may be older or newer",
    source="MD of APC's and NetBotz's sysDescr, the month first; the day within Hikvision's serial numbers; RFC 6933, entPhysicalMfgDate",
)
def hardware_made(text: str) -> Said:
    """`MN:AP9630 HR:08 SN: ZA1234567890 MD:08/12/2014`, `DS-2CD2142FWD-I20170305AAWR712345678`."""
    made = _APC.search(text)
    if made:
        return month_first(made[1])
    within = _IN_SERIAL.match(text)
    if within:
        return digits(within[1])
    stated = _ISO.match(text)
    return named(stated[1]) if stated else None


@method(
    "copyright-year",
    Confidence.INFERRED,
    facts=("snmp.sys_descr", "telnet.banner", "http.identity"),
    source="the last year of a copyright notice; a notice of 2010 stands on firmware of autumn 2009 at the earliest",
)
def copyright_year(text: str) -> Said:
    """`Copyright (c) 1986-2012 by Cisco Systems, Inc.`: not before September 2011."""
    years = [int(found[1]) for found in _COPYRIGHT.finditer(text)]
    credible = [year for year in years if FIRST < year <= LAST]
    return since(date(max(credible), 1, 1) - _NAMED_BEFORE) if credible else None

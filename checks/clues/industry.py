"""Serial servers, gateways and rugged switches: the builds in their greetings and in what they answer to their own discovery."""

import re

from checks.clue import Said, method, since
from checks.days import digits, month_first, named
from inventory.model import Confidence

_MOXA = re.compile(r"\bBuild[ _](\d{6})\d\d(?!\d)", re.IGNORECASE)
_LANTRONIX = re.compile(r"[ /](?:V|B)?\d[\w./]{0,16} ?\((\d{6})\)")
_BUILT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|[A-Z][a-z]{2} [ \d]\d \d{4} \d\d:\d\d:\d\d")
_DIGI = re.compile(
    r"\bVersion \d{8}_[A-Z]\d{0,2} (\d\d/\d\d/\d{4})|\b(?:Ver\d{4}\.|v\d[\d.]{1,10}) (\w{3} {1,2}\d{1,2} \d{4})"
)


@method(
    "serial-server-build",
    Confidence.CONFIRMED,
    facts=("telnet.banner", "firmware", "snmp.sys_descr", "http.identity"),
    vendors=("moxa", "lantronix"),
    source="Moxa's telnet console: 'Firmware version : 1.6 Build 17060616', YYMMDDHH; Lantronix: 'UDS1100 V6.1.0.3 (060811)', YYMMDD",
)
def serial_server_build(text: str) -> Said:
    """Six digits and the hour behind "Build", or six in brackets behind the version; twelve characters in brackets are a serial number."""
    found = _MOXA.search(text) or _LANTRONIX.search(text)
    return digits(found[1]) if found else None


@method(
    "digi-build",
    Confidence.CONFIRMED,
    facts=("addp.firmware", "snmp.sys_descr", "firmware"),
    vendors=("digi",),
    source="Digi: ADDP and sysDescr have 'Version 82000747_N2 02/25/2005', the month first; TransPort 'Software Build Ver5142. Nov 28 2011'",
)
def digi_build(text: str) -> Said:
    """The day behind the version."""
    found = _DIGI.search(text)
    if found is None:
        return None
    return month_first(found[1]) if found[1] else named(found[2])


@method(
    "opcua-build-date",
    Confidence.LIKELY,
    facts=("opcua_build.date", "opcua_build.number"),
    clock=True,
    source="OPC 10000-5, section 12.4: BuildDate of BuildInfo; open62541 has the day of compiling in BuildNumber, and its start in BuildDate unless set",
)
def opcua_build_date(text: str) -> Said:
    """`2023-07-06T15:02:08Z`, `Sep 22 2026 13:39:42`: the day of the server, which the firmware carries; its start and the scan's own day say nothing."""
    return since(named(text)) if _BUILT.fullmatch(text) else None

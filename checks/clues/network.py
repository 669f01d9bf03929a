"""Switches, routers, firewalls, access points and phones: the build that their own texts state."""

import re

from checks.clue import Said, method
from checks.days import digits, month_first, named
from inventory.model import Confidence

_TEXTS = ("firmware", "snmp.sys_descr", "telnet.banner", "ftp.banner", "upnp.model_description", "upnp.model_number")
_CISCO = re.compile(r"\bCompiled (?:[A-Z][a-z]{2} )?(\d{1,2}-[A-Z][a-z]{2}-\d\d(?!\d)|\d{1,2}/\d{1,2}/\d{4})")
_CODEC = re.compile(r"\bSoftW:.{0,120}?\bDate: {0,2}(\d{4}-\d\d-\d\d)", re.DOTALL)
_JUNIPER = re.compile(r"\bBuild [Dd]ate ?: {0,2}(.{8,24})")
_MIKROTIK = re.compile(r"\b(\d{4}-\d\d-\d\d|[A-Z][a-z]{2}/\d\d/\d{4}) \d\d:\d\d:\d\d")
_UBIQUITI = re.compile(r"^[\w-]{1,16}\.[\w.-]{1,80}\.(\d{6})\.\d{4}$|^DLB .{1,80}\.(\d{6})\.\d{4}$")
_TPLINK = re.compile(r"(?<![A-Za-z])Build[ _](\d{6}|\d{8})[ _][Rr]el\.")
_FORTINET = re.compile(r"\bv\d{1,2}\.\d{1,2}\.\d{1,3},build\d{1,5},(\d{6})(?!\d)")
_DDWRT = re.compile(r"\bDD-WRT\b.{0,120}\bRelease: {0,2}(\d\d/\d\d/\d\d)(?!\d)", re.DOTALL)
_ZYNOS = re.compile(r"\bV\d\.\d{2}\([A-Z]{2,5}\.\d{1,2}\)\w{0,4} \| {0,2}(\d{1,2}/\d{1,2}/\d{4})")
_AVM = re.compile(r"\((\w{3} {1,2}\d{1,2} \d{4})\)")
_ENTERASYS = re.compile(r"\b(\d\d/\d\d/\d{2,4})--\d\d:\d\d")


@method(
    "cisco-compiled",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr", "telnet.banner", "firmware"),
    vendors=("cisco",),
    source="Cisco: 'show version' and sysDescr end in 'Compiled Thu 09-Feb-12 19:11 by prod_rel_team'; NX-OS writes the month first",
)
def cisco_compiled(text: str) -> Said:
    """`Compiled Wed 12-Aug-15 23:36`, `Compiled 7/26/2010 15:00:00`."""
    found = _CISCO.search(text)
    return (month_first(found[1]) if "/" in found[1] else named(found[1])) if found else None


@method(
    "cisco-codec-date",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr",),
    vendors=("cisco", "tandberg"),
    source="Cisco and TANDBERG room systems: sysDescr has the software's version and, after the model, its release date",
)
def cisco_codec_date(text: str) -> Said:
    """`Cisco Codec SoftW: TC5.1.0.280662 MCU: Cisco TelePresence SX20 Date: 2012-02-14`; the boot loader's own date stands later."""
    found = _CODEC.search(text)
    return named(found[1]) if found else None


@method(
    "juniper-build",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr",),
    vendors=("juniper",),
    source="Junos and JunosE: sysDescr has 'Build date: 2014-03-13 08:38:30 UTC' or 'Build Date : April 22, 2009 02:27'",
)
def juniper_build(text: str) -> Said:
    """The day after "Build date"."""
    found = _JUNIPER.search(text)
    return named(found[1]) if found else None


@method(
    "mikrotik-build",
    Confidence.CONFIRMED,
    facts=("mndp.version", "firmware"),
    vendors=("mikrotik",),
    source="RouterOS: build-time of /system resource, which MNDP states behind the version since 7.x",
)
def mikrotik_build(text: str) -> Said:
    """`7.15.3 (stable) 2024-07-24 10:39:01`; before 7.10 `Dec/03/2021 12:15:05`."""
    found = _MIKROTIK.search(text)
    return named(found[1]) if found else None


@method(
    "ubiquiti-build",
    Confidence.CONFIRMED,
    facts=("ubiquiti.firmware", "snmp.sys_descr"),
    vendors=("ubiquiti", "ubiquitinetwork", "ligowave", "deliberant"),
    source="airOS, UniFi, EdgeOS and the makers with the same build tools: PLATFORM.SOC.VERSION.BUILD.YYMMDD.HHMM",
)
def ubiquiti_build(text: str) -> Said:
    """`XM.ar7240.v5.6.3.28591.151130.1749`."""
    found = _UBIQUITI.search(text)
    return digits(found[1] or found[2]) if found else None


@method(
    "tplink-build",
    Confidence.CONFIRMED,
    facts=_TEXTS,
    vendors=("tplink", "tapo", "mercusys", "kasa"),
    source="TP-Link: the firmware's version ends in 'Build 20200810 rel.56789', with a year of two or four digits",
)
def tplink_build(text: str) -> Said:
    """`1.2.1 Build 20200110 rel.60119`, `1.1.15 Build 211130 Rel.17042n`."""
    found = _TPLINK.search(text)
    return digits(found[1]) if found else None


@method(
    "fortinet-build",
    Confidence.CONFIRMED,
    facts=_TEXTS,
    vendors=("fortinet",),
    source="FortiOS: 'Version: FortiGate-60F v7.0.7,build0367,221005 (GA.F)' of get system status, and configuration headers",
)
def fortinet_build(text: str) -> Said:
    """The number after the build is the day, YYMMDD."""
    found = _FORTINET.search(text)
    return digits(found[1]) if found else None


@method(
    "ddwrt-release",
    Confidence.CONFIRMED,
    facts=("telnet.banner", "ssh.banner", "greeting.text"),
    source="DD-WRT's login banner: 'Release: 05/27/13 (SVN revision: 21676)', the month first",
)
def ddwrt_release(text: str) -> Said:
    """`DD-WRT v24-sp2 mini (c) 2013 NewMedia-NET GmbH` and, in the next line, the release."""
    found = _DDWRT.search(text)
    return month_first(found[1]) if found else None


@method(
    "zynos-build",
    Confidence.CONFIRMED,
    facts=(*_TEXTS, "http.identity"),
    source="ZyNOS of ZyXEL and of those it builds for: 'V3.40(PE.7) | 09/29/2004', the month first",
)
def zynos_build(text: str) -> Said:
    """`ZyNOS F/W Version: V4.70(ABMM.1) | 11/18/2021`; the boot loader's own line has no letters in brackets."""
    found = _ZYNOS.search(text)
    return month_first(found[1]) if found else None


@method(
    "avm-build",
    Confidence.CONFIRMED,
    facts=("sip.agent", "sip.server", "sip.user_agent", "firmware"),
    vendors=("avm",),
    source="FRITZ!Box: the SIP User-Agent ends in the build's day, 'AVM FRITZ!Box 7312 117.05.23 TAL (Jun  1 2012)'",
)
def avm_build(text: str) -> Said:
    """The day in brackets."""
    found = _AVM.search(text)
    return named(found[1]) if found else None


@method(
    "enterasys-build",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr",),
    vendors=("enterasys", "enterasysnetworks", "cabletron", "cabletronsystems", "extreme", "extremenetworks"),
    source="Cabletron and Enterasys: sysDescr has 'Rev 05.42.04 06/07/2007--17:19 ofc', the month first",
)
def enterasys_build(text: str) -> Said:
    """The day before the two hyphens."""
    found = _ENTERASYS.search(text)
    return month_first(found[1]) if found else None

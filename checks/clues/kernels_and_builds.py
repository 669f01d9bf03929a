"""The day on which a part of the firmware was compiled: a kernel, BusyBox, ntpd.

A maker compiles the parts and packs the firmware on the same day, or takes a kernel that the chip's maker compiled years before. So the day bounds the firmware
on one side: it was put together then or later. (ntpd of OS X 10.10, of 2014, was compiled in May 2010.)
"""

import re

from checks.clue import Said, method, since
from checks.days import named
from inventory.model import Confidence

_DAY = r"[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d (?:[A-Z]{2,5} |[+-]\d{2,4} )?(?:19|20)\d\d|[A-Z][a-z]{2} {1,2}\d{1,2} (?:19|20)\d\d"
_ISO = r"20\d\d-\d\d-\d\d"
_KERNEL = re.compile(
    rf"(?<!\w)#\d{{1,6}}(?:[ ~][\w.~+-]{{1,40}}){{0,3}}? (?:(?:SMP|PREEMPT|PREEMPT_RT|PREEMPT_DYNAMIC) ){{0,3}}(?:[A-Z][a-z]{{2}} )?({_DAY}|{_ISO})"
    rf"|\bDarwin Kernel Version [\d.]{{3,12}}: [A-Z][a-z]{{2}} ({_DAY})"
)
_BUSYBOX = re.compile(r"\bBusyBox v\d\.\d{1,2}(?:\.\d{1,2})?[\w.-]{0,12} \((20\d\d[-.]\d\d[-.]\d\d)[- ]", re.IGNORECASE)
_NTPD = re.compile(rf"\bntpd \d\.\d\.\d[\w.@-]{{0,24}} [A-Z][A-Za-z]{{2}} ({_DAY})")


@method(
    "kernel-build",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr", "telnet.banner", "ssh.comment", "greeting.text"),
    source="uname -v, which Net-SNMP puts into sysDescr: '#1 SMP Fri Nov 30 00:45:16 EST 2007', the day the kernel was compiled (linux, scripts/mkcompile_h)",
)
def kernel_build(text: str) -> Said:
    """`Linux hostname 2.6.9 #2 SMP Tue Jun 26 16:10:49 EDT 2012 x86_64`."""
    found = _KERNEL.search(text)
    return since(named(found[1] or found[2])) if found else None


@method(
    "busybox-build",
    Confidence.CONFIRMED,
    facts=("telnet.banner", "greeting.text"),
    source="BusyBox's banner has the day it was compiled, 'BusyBox v1.19.4 (2024-09-20 11:58:16 CST)'; distributions put their package's version there",
)
def busybox_build(text: str) -> Said:
    """`BusyBox v1.00 (2005.05.25-20:30+0000) Built-in shell (ash)`."""
    found = _BUSYBOX.search(text)
    return since(named(found[1])) if found else None


@method(
    "ntpd-build",
    Confidence.CONFIRMED,
    facts=("ntp.version", "greeting.text", "firmware", "snmp.sys_descr"),
    source="ntpd states the day it was compiled behind its version: 'ntpd 4.2.6p2@1.2194 Wed Nov 24 15:54:11 UTC 2010 (1)'",
)
def ntpd_build(text: str) -> Said:
    """What the system variable `version` of ntpd holds (RFC 9327, section 4)."""
    found = _NTPD.search(text)
    return since(named(found[1])) if found else None

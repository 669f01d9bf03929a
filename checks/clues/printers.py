"""Printers and print servers: the build dates in what they say of their firmware."""

import re

from checks.clue import Said, method
from checks.days import digits, month_first, named
from inventory.model import Confidence

_HP_CODE = re.compile(r"(?<![\d/.])(20\d{6})_\d{3,6}(?!\d)")
_HP_DATE = re.compile(r"\bCIDATE {0,2}(\d\d/\d\d/\d{4})|\bBuilt: ?(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2} \d{1,2}, \d{4})")
_BROTHER = re.compile(r"\bFirmware Ver\. ?[\w.]{1,12} {0,3}\((\d\d)\.(\d\d)\.(\d\d)\b")
_CONTROLLER = re.compile(r"\b(?:ESS|Controller) (20\d{6})\d{4}(?!\d)")
_SAMSUNG = re.compile(
    r"(?:; ?V?|\bOS )\d\.\d{1,2}\.\d\d\.\d\d {1,4}(?:(\d\d)-(\d\d)-(20\d\d)|([A-Z][a-z]{2}-\d{1,2}-20\d\d))(?!\d)"
)


@method(
    "hp-printer-date",
    Confidence.CONFIRMED,
    facts=("firmware", "ipp.firmware", "ipp.device_id", "snmp.sys_descr", "http.server"),
    vendors=("hp", "hpinc"),
    source="HP: JetDirect's CIDATE, the month first; the 'Built' of the web server; the firmware date code YYYYMMDD of LaserJets",
)
def hp_printer_date(text: str) -> Said:
    """`EEPROM V.38.80,CIDATE 09/11/2012`, `20080613_1836 HP LaserJet P2055 Series`, `Built:Thu Dec 06, 2012 01:14:09PM`."""
    found = _HP_DATE.search(text)
    if found:
        return month_first(found[1]) if found[1] else named(found[2])
    code = _HP_CODE.search(text)
    return digits(code[1]) if code else None


@method(
    "brother-firmware",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr",),
    vendors=("brother", "oce", "konicaminolta"),
    source="Brother's print servers, also under other names: 'NC-8300h, Firmware Ver.1.08 (13.06.27),MID 8CE-H15', the year first",
)
def brother_firmware(text: str) -> Said:
    """The three numbers in brackets are YY.MM.DD."""
    found = _BROTHER.search(text)
    return digits("".join(found.groups())) if found else None


@method(
    "printer-controller",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr", "firmware", "ipp.firmware"),
    source="printers built by Fuji Xerox for Epson, Dell and Lexmark: 'Net 98.48,ESS 201103111031,IOT 02.17.00'; ESS or Controller is YYYYMMDDHHMM",
)
def printer_controller(text: str) -> Said:
    """The controller's version is the minute in which it was built."""
    found = _CONTROLLER.search(text)
    return digits(found[1]) if found else None


@method(
    "samsung-printer",
    Confidence.CONFIRMED,
    facts=("snmp.sys_descr", "firmware", "ipp.firmware"),
    source="printers built by Samsung, also for Dell and Xerox: the first date in sysDescr is the system's, the month first",
)
def samsung_printer(text: str) -> Said:
    """`V1.70.01.06 Nov-14-2008;Engine 1.77.74;NIC V4.00.54 10-31-2008`: each part has its own date, and the first part is the whole."""
    found = _SAMSUNG.search(text)
    if found is None:
        return None
    return named(found[4]) if found[4] else month_first("/".join(found.groups()[:3]))

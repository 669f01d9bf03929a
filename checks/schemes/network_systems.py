"""Operating systems of networks: RouterOS "7.1rc2", Cisco IOS "15.2(7)E3", IOS XE "16.12.04a", Junos "20.4R3-S2", FortiOS "v7.0.1,build0157"."""

import re

from checks.scheme import Mark, Reading, after, build, scheme
from checks.schemes.dotted import dotted

_ROUTEROS = re.compile(
    r"(?:routeros\s|ros\s)?v?(\d{1,2}(?:\.\d{1,4}){1,3}(?:(?:rc|beta|alpha)\d{1,3})?)(?:\s?\([a-z -]{1,20}\))?(?:\s.{0,60})?",
    re.IGNORECASE,
)
_IOS = re.compile(
    r"(\d{1,2}\.\d{1,2})\((\d{1,4})([a-z]?)\)(?:([A-Z]{1,4})(\d{0,3})([a-z]?)(\d{0,3}))?(?:[,\s].{0,60})?"
)
_IOS_XE = re.compile(r"v?(\d{1,2}\.\d{1,2}\.\d{1,2}(?:\.\d{1,3})?)\.?([a-z]?)(?:\.?([A-Z]{1,3}))?")
_JUNOS = re.compile(
    r"(?:junos:?\s)?(\d{1,2}\.\d)(r|x\d{1,3}-d)(\d{1,4})(?:\.(\d{1,3}))?(?:-s(\d{1,3})(?:\.(\d{1,3}))?)?(-evo)?(?:\s?\[[^\]]{0,30}\])?",
    re.IGNORECASE,
)
_FORTIOS = re.compile(
    r"(?:[a-z0-9-]{2,24}\s)?v?(\d{1,2}(?:\.\d{1,3}){1,2}),\s?build(\d{1,6})(?:[,\s].{0,60})?", re.IGNORECASE
)
_HUAWEI = re.compile(
    r"(?:[a-z0-9-]{2,24}\s)?v(\d{3})r(\d{3})(?:c(\d{2,3}))?(?:spc(\d{1,4}))?(?:sph(\d{1,4}))?", re.IGNORECASE
)


@scheme(
    "routeros", vendors=("mikrotik", "mikrotikls", "routeros"), source="mikrotik.com/download/changelogs", whole=True
)
def routeros(text: str) -> Reading | None:
    """The channel (stable, long-term) does not count: the numbers of all run on."""
    match = _ROUTEROS.fullmatch(text)
    return dotted.read(match[1] if match else text)


@scheme(
    "ios",
    vendors=("cisco", "ciscosystems", "rockwellautomation", "rockwell", "allenbradley"),
    source="Cisco IOS Reference Guide: the name of an IOS release; Stratix switches of Rockwell run it",
)
def ios(text: str) -> Reading | None:
    """Releases of different trains (12.2SE, 15.0M) do not compare; without parentheses it is IOS XE or a version like any other."""
    if match := _IOS.fullmatch(text):
        base, maintenance, interim, train, rebuild, letter, last = match.groups()
        numbers = (int(maintenance), ord(interim or "\0"), int(rebuild or 0), ord(letter or "\0"), int(last or 0))
        return Reading(numbers, (), f"ios {base}{train or ''}")
    if (match := _IOS_XE.fullmatch(text)) and match[2]:
        return Reading(tuple(int(part) for part in match[1].split(".")), (after("rebuild", ord(match[2])),))
    return dotted.read(text)


@scheme(
    "junos",
    vendors=("juniper", "junipernetworks"),
    source="Juniper KB1868: R is a release, S a service release, the last number the spin",
)
def junos(text: str) -> Reading | None:
    """Of one version, the R and the X releases do not compare; Junos Evolved is another system."""
    match = _JUNOS.fullmatch(text)
    if match is None:
        return dotted.read(text)
    version, branch, release, spin, service, service_spin, evolved = match.groups()
    numbers = tuple(int(part) for part in version.split("."))
    of_release = Mark("build " + branch.lower(), (int(release), int(service or 0)))
    last = service_spin or ("" if service else spin)
    return Reading(numbers, (of_release, *((build(int(last)),) if last else ())), "", "evo" if evolved else "")


@scheme(
    "fortios",
    vendors=("fortinet", "fortigate"),
    source="FortiOS CLI reference, get system status: v7.0.1,build0157,210714 (GA.F)",
)
def fortios(text: str) -> Reading | None:
    """The build decides between those of one version."""
    match = _FORTIOS.fullmatch(text)
    if match is None:
        return dotted.read(text)
    return Reading(tuple(int(part) for part in match[1].split(".")), (build(int(match[2])),))


@scheme("huawei", vendors=("huawei",), source="Huawei VRP version naming: V200R019C10SPC500")
def huawei(text: str) -> Reading | None:
    """Version, release, customisation, patch and hot patch; one that names no patch may have any."""
    match = _HUAWEI.fullmatch(text)
    if match is None:
        return dotted.read(text)
    parts = [int(part) for part in match.groups() if part is not None]
    return Reading(tuple(parts[:2]), tuple(build(part) for part in parts[2:]), "huawei")

"""Routers, modems and stores of small networks: Zyxel "V5.21(ABIX.1)C0", D-Link "v2.06.B09_HOTFIX", Ubiquiti "XM.v5.6.5", Synology "6.2.3-25426-2"."""

import re

from checks.scheme import Mark, Reading, after, build, scheme
from checks.schemes.dotted import dotted

_ZYXEL = re.compile(
    r"v?(\d{1,3}\.\d{1,4})\(([A-Z]{2,5})\.(\d{1,4})\)(?:([bcd])(\d{1,4}))?(?:[_\s].{0,40})?", re.IGNORECASE
)
_PATCH = re.compile(r"(?:zld\s?)?v?(\d{1,3}\.\d{1,4})(?:\s+patch\s?(\d{1,4}))?", re.IGNORECASE)
_DLINK = re.compile(
    r"v?(\d{1,3}\.\d{1,4})\.?(?P<region>(?!rc|sp|hf)[a-z]{2,3})?(?:[\s._-]?b(?:uild)?[\s._]?(?P<build>\d{1,4}))?(?P<rest>[\s._-].{1,40})?",
    re.IGNORECASE,
)
_UBIQUITI = re.compile(
    r"(?P<board>[a-z]{2,5})\.(?:[a-z][a-z0-9]{2,9}[._])?v?(?P<version>\d{1,3}(?:\.\d{1,6}){1,4}.{0,60})", re.IGNORECASE
)
_SYNOLOGY = re.compile(
    r"(?:dsm\s|srm\s)?v?(\d{1,3}(?:\.\d{1,3}){1,2})-(\d{3,6})(?:(?:-|\s*update\s*)(\d{1,3}))?(?:\s\([^()]{0,30}\))?",
    re.IGNORECASE,
)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


@scheme(
    "zyxel",
    vendors=("zyxel",),
    source="Zyxel release notes and its advisory on CVE-2023-33009: ZLD 5.36 Patch 2 is V5.36(ABUH.2)C0 of one model",
)
def zyxel(text: str) -> Reading | None:
    """The letters between the parentheses are the model: firmware of different ones does not compare."""
    if match := _ZYXEL.fullmatch(text):
        version, model, revision, stage, number = match.groups()
        beta = stage is not None and stage.lower() == "b"
        last = (
            (Mark("stage", (int(number),), -1),)
            if beta
            else (after("c", int(number)),)
            if number and int(number)
            else ()
        )
        return Reading(_numbers(version), (Mark("revision", (int(revision),)), *last), "zyxel", model.lower())
    if match := _PATCH.fullmatch(text):
        patch = (Mark("revision", (int(match[2]),)),) if match[2] else ()
        return Reading(_numbers(match[1]), patch, "zyxel")
    return dotted.read(text)


@scheme("dlink", vendors=("dlink",), source="file names at support.dlink.com; FirmwareVersion of the HNAP answer")
def dlink(text: str) -> Reading | None:
    """The version, then B and the number of the build; what is mended in haste is called a hotfix of it."""
    match = _DLINK.fullmatch(text)
    if match is None or not (match["region"] or match["build"]):
        return dotted.read(text)
    built = (build(int(match["build"])),) if match["build"] else ()
    rest = re.sub(r"[\W_]+", " ", match["rest"] or "").strip().lower()
    last = (after("hotfix"),) if rest == "hotfix" else (Mark("text " + rest),) if rest else ()
    return Reading(_numbers(match[1]), (*built, *last), "", (match["region"] or "").lower())


@scheme(
    "ubiquiti",
    vendors=("ubiquiti", "ubiquitinetworks", "ubnt"),
    source="file names at dl.ui.com: XM.v5.6.5.29033.160515.2119",
)
def ubiquiti(text: str) -> Reading | None:
    """What stands before the version is the board, what stands behind its three numbers the build."""
    match = _UBIQUITI.fullmatch(text)
    said = dotted.read(match["version"] if match else text)
    if said is None or said.kind:
        return said
    built = (build(*said.numbers[3:]),) if len(said.numbers) > 3 else ()
    return Reading(said.numbers[:3], (*built, *said.marks), "", match["board"].lower() if match else said.line)


@scheme(
    "synology",
    vendors=("synology",),
    source="Synology security advisories: 6.2.3-25426-2 is DSM 6.2.3, build 25426, Update 2",
)
def synology(text: str) -> Reading | None:
    """The version, the build, and the update upon it."""
    match = _SYNOLOGY.fullmatch(text)
    if match is None:
        return dotted.read(text)
    update = (after("update", int(match[3])),) if match[3] else ()
    return Reading(_numbers(match[1]), (build(int(match[2])), *update), "")

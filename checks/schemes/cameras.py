"""Axis with its long-term tracks ("LTS 2018"), Reolink ("v3.0.0.1388_22100600"), and Uniview ("DIPC-B1219.5.9.C04605.NB.210330")."""

import re

from checks.scheme import Mark, Reading, build, scheme
from checks.schemes.dated_build import day_of_build, possible_day
from checks.schemes.dotted import dotted

_TRACKS = {"2016": (6, 50), "2018": (8, 40), "2020": (9, 80), "2022": (10, 12), "2024": (11, 11)}
_LTS = re.compile(r"(?:axis\s?os\s)?(?:lts|long[ -]term support)[\s_-]?(20\d\d)", re.IGNORECASE)
_REOLINK = re.compile(
    r"v?(?P<version>\d{1,2}\.\d{1,3}\.\d{1,3}[._]\d{1,5})[_\s](?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<number>\d{0,4})(?:_v[\d.]{1,20})?",
    re.IGNORECASE,
)
_REOLINK_DAY = re.compile(r"(?:\d{1,4}_)?(?:20(?=\d{8}$))?(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<number>\d\d)")
_UNIVIEW = re.compile(
    r"([a-z][\w-]{1,23}?)-[bv](\d{1,6}(?:\.\d{1,6}){0,4})((?:\.[a-z][a-z0-9]{0,9}){0,4})(?:\.(\d{6})(?:\.?(\d{1,4}))?)?",
    re.IGNORECASE,
)


@scheme(
    "axis",
    vendors=("axis", "axiscommunications"),
    source="help.axis.com, AXIS OS portal: long-term support tracks 6.50, 8.40, 9.80, 10.12, 11.11",
)
def axis(text: str) -> Reading | None:
    """The active track and the long-term ones count alike: track, then its releases. A track that is only named may be any of its releases."""
    if track := _LTS.fullmatch(text):
        return Reading(_TRACKS[track[1]], (), "") if track[1] in _TRACKS else None
    said = dotted.read(text)
    if said is None or said.kind or len(said.numbers) < 3:
        return said
    return Reading(said.numbers[:2], (build(*said.numbers[2:]), *said.marks), "", said.line)


@scheme(
    "reolink",
    vendors=("reolink",),
    source="Reolink's archive of releases: of one model, numbers and days never contradict each other",
)
def reolink(text: str) -> Reading | None:
    """The numbers, the day of the build and its number on it; old releases are known by the day alone, and compare among themselves."""
    if (match := _REOLINK.fullmatch(text)) and possible_day(match):
        return Reading(tuple(int(part) for part in re.split(r"[._]", match["version"])), (day_of_build(match),))
    if (match := _REOLINK_DAY.fullmatch(text)) and possible_day(match):
        return Reading(day_of_build(match).value, (), "reolink day")
    return dotted.read(text)


@scheme("uniview", vendors=("uniview", "unv", "zhejianguniview"), source="CISA ICSA-24-156-01")
def uniview(text: str) -> Reading | None:
    """The platform with the number of its baseline, which live side by side for years; then the version on it, the customer's code, and the day."""
    match = _UNIVIEW.fullmatch(text)
    if match is None:
        return dotted.read(text)
    baseline, *numbers = (int(part) for part in match[2].split("."))
    code = (Mark("code" + match[3].lower()),) if match[3] else ()
    built = (build(int(match[4]), int(match[5] or 0)),) if match[4] else ()
    return Reading(tuple(numbers), (*code, *built), "uniview", f"{match[1].lower()}-b{baseline}")

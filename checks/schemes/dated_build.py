"""Versions with the day of their build: "V5.5.0 build 170124", "1.0.3 Build 20200810 rel.12345", "1.3 Build 15031615".

The day decides only between builds of one version: a maker goes on building old branches.
"""

import re
from datetime import date

from checks.scheme import Mark, Reading, scheme
from checks.schemes.dotted import dotted

_BUILT = re.compile(
    r"(?P<version>(?:[a-z0-9-]{1,24}[\s_])?[vh]?\d{1,9}(?:\.\d{1,9}){1,6})[\s_,]{0,3}(?:build|_|[\s,]b)[\s_:.]{0,3}(?P<year>(?:20)?\d\d)-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?P<number>\d{0,4})(?![\da-z])(?:[\s_,]{0,3}rel[.\s]{0,3}(?P<release>\d{1,9})[a-z]?)?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)


@scheme(
    "dated-build",
    vendors=("hikvision", "tplink", "mercusys", "hanwha", "wisenet", "moxa", "qnap", "hiwatch", "ezviz"),
    source="Hikvision SADP and ISAPI deviceInfo (firmwareReleasedDate), TP-Link status page, Moxa Device Search Utility",
)
def dated_build(text: str) -> Reading | None:
    """The numbers, the day of the build, and where it has one its number on that day; a text without a day is read as any other."""
    match = _BUILT.fullmatch(text)
    version = dotted.read(match["version"]) if match else None
    if match is None or version is None or not possible_day(match):
        return dotted.read(text)
    built = day_of_build(match)
    release = (Mark("release", (int(match["release"]),)),) if match["release"] else ()
    rest = re.sub(r"[\W_]+", " ", match["rest"]).strip().lower()
    return Reading(version.numbers, (built, *release, *((Mark("text " + rest),) if rest else ())), "", version.line)


def day_of_build(match: re.Match[str]) -> Mark:
    """The groups "year" to "day", and "number" of the build on that day, as a mark."""
    return Mark(
        "build day", (int(match["year"][-2:]) + 2000, *(int(match[part] or 0) for part in ("month", "day", "number")))
    )


def possible_day(match: re.Match[str]) -> bool:
    """Whether the calendar knows that day."""
    try:
        date(int(match["year"][-2:]) + 2000, int(match["month"]), int(match["day"]))
    except ValueError:
        return False
    return True

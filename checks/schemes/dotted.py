"""Numbers between dots, with what most makers put before and behind them: "V7.5 SP1 Update 3", "v3.0.0.1388_22100600", "0.94.14rc21", "WC.16.10.0012"."""

import re
from datetime import date

from checks.scheme import Mark, Reading, after, build, scheme

_WORDS = r"(?:(?:versions?|vers|ver|firmware|fw|release|rel|rev(?:ision)?)(?![a-z])[.:\s_]{0,3}){0,3}"
_HEAD = re.compile(
    rf"{_WORDS}(?:(?P<name>[a-z][a-z0-9+-]{{0,23}})[\s_]{{1,3}}(?=[vr]?\.?\d)|(?P<letters>(?!v\.?\d)[a-z]{{1,6}})\.?(?=\d))?"
    r"(?:[vr][.\s]?)?(?P<numbers>\d{1,14}(?:\.\d{1,14}){0,9})",
    re.IGNORECASE,
)
_DATE = re.compile(r"((?:19[789]|20\d)\d)(-?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])")
_SPACE = r"[\s_.,/-]{0,3}"
_STAGE = re.compile(
    rf"{_SPACE}(alpha|beta|rc|pre(?:view|release)?|dev|snapshot)(?![a-z])[\s._-]?(\d{{0,9}})", re.IGNORECASE
)
_STAGES = {"dev": 0, "snapshot": 0, "alpha": 1, "beta": 2, "pre": 3, "preview": 3, "prerelease": 3, "rc": 4}
_UPON = re.compile(
    rf"{_SPACE}(service\s?pack|hotfix(?:rev)?|update|patch|upd|tcu|kit|sp|mp|fp|hf|cu|ru|qu|rs|ir|p|r|u)[\s_.-]?(\d{{1,9}})([a-z]?)(?![a-z0-9])",
    re.IGNORECASE,
)
_UPON_LAST = re.compile(rf"{_SPACE}(hotfix|hf|update|patch)(?=$)", re.IGNORECASE)
_SAME = {"servicepack": "sp", "upd": "update", "u": "update", "hf": "hotfix", "hotfixrev": "hotfix", "p": "patch"}
_BUILD = re.compile(
    r"[\s_,]{0,3}\(?(?:build|bld)(?:[\s_]date)?[\s_:.]{0,3}(\d{1,14}(?:[.-]\d{1,14}){0,5})\)?(?![a-z0-9])"
    r"|(?:[\s_]|[+-])(\d{1,14}(?:\.\d{1,14}){0,6})(?![a-z0-9])|\s?\((\d{1,14}(?:\.\d{1,14}){0,6})\)(?![a-z0-9])",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[a-z]{1,9}\d|\([\w.]{1,20}\)[a-z\d]|\([a-z]{1,9}\.\d", re.IGNORECASE)
"""Letters that follow the numbers at once, and have numbers of their own: they are part of how the maker counts."""
_DASHED = re.compile(r"[-_][a-z]{1,9}\d", re.IGNORECASE)
_NOTHING = re.compile(r"[\s_.-]{0,3}\(?(?:final|ga|stable|long-term|release)?\)?[\s.]{0,3}", re.IGNORECASE)


@scheme("dotted", source="PEP 440 and semver.org, where they agree")
def dotted(text: str) -> Reading | None:
    """The numbers, then each of what follows in turn; unknown words make it comparable only to versions of other numbers."""
    if day := _DATE.fullmatch(text):
        return _day(day)
    head = _HEAD.match(text)
    if head is None:
        return woven(text)
    numbers = tuple(int(part) for part in head["numbers"].split("."))
    line = _line(head)
    rest = text[head.end() :]
    if not _mark(rest) and (_JOINED.match(rest) or (len(numbers) == 1 and _DASHED.match(rest))):
        return woven(text)
    return Reading(numbers, marks(rest), "year" if 1990 <= numbers[0] < 2100 else "", line)


def _line(head: re.Match[str]) -> str:
    """The name before the numbers, where it is more than "version" or "release"."""
    name = (head["name"] or head["letters"] or "").lower()
    return "" if name in {"r", "v"} else name


def marks(text: str) -> tuple[Mark, ...]:
    """What follows the numbers."""
    found: list[Mark] = []
    while len(found) < 8 and not _NOTHING.fullmatch(text):
        one = _mark(text)
        if one is None:
            return (*found, Mark("text " + re.sub(r"[\W_]+", " ", text).strip().lower()))
        found.append(one[0])
        text = text[one[1] :]
    return tuple(found)


def _mark(text: str) -> tuple[Mark, int] | None:
    """The first mark of the text, and where it ends."""
    if stage := _STAGE.match(text):
        return Mark("stage", (_STAGES[stage[1].lower()], int(stage[2] or 0)), -1), stage.end()
    if upon := _UPON.match(text):
        kind = re.sub(r"\s", "", upon[1].lower())
        return after(_SAME.get(kind, kind), int(upon[2]), ord(upon[3].lower() or "\0")), upon.end()
    if upon := _UPON_LAST.match(text):
        return after(_SAME.get(upon[1].lower(), upon[1].lower())), upon.end()
    if built := _BUILD.match(text):
        digits = built[1] or built[2] or built[3]
        return build(*(int(part) for part in re.split(r"[.-]", digits))), built.end()
    return None


def woven(text: str) -> Reading | None:
    """A version of letters and numbers by turns ("V01L002", "R11A"): its numbers count, where the letters are the same."""
    parts = re.findall(r"\d+", text)
    if not parts or len(parts) > 12:
        return None
    letters = re.sub(r"\d+", "#", re.sub(r"[\s_-]+", "-", text)).lower()
    return Reading(tuple(int(part) for part in parts), (), "woven " + letters)


def _day(match: re.Match[str]) -> Reading | None:
    try:
        day = date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None
    return Reading((day.year, day.month, day.day), (), "date")

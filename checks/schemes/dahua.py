"""Dahua: "2.800.0000000.16.R, Build Date: 2019-12-18": version, then whom it was made for, then the revision, R(elease) or T(est), and the day."""

import re

from checks.scheme import Mark, Reading, build, scheme
from checks.schemes.dotted import dotted

_DAHUA = re.compile(
    r"v?(\d{1,2})\.(\d{1,4})\.(\d{7}|(?=\w{0,8}\d)(?=\w{0,8}[A-Z])[0-9A-Z]{3,9})\.(\d{1,4})(?:\.([RTB]))?"
    r"(?:[.,;\s]{1,3}(?:build[\s_]?(?:date)?[\s:]{0,3})?(?:20)?(\d\d)-?(\d\d)-?(\d\d))?",
    re.IGNORECASE,
)


@scheme(
    "dahua",
    vendors=("dahua", "lorex", "imou", "amcrest", "honeywell"),
    source="CISA ICSA-22-193-01 and ICSA-19-304-04; the answer to magicBox.cgi?action=getSoftwareVersion",
)
def dahua(text: str) -> Reading | None:
    """Versions made for different customers or hardware (the third field) do not compare."""
    match = _DAHUA.fullmatch(text)
    if match is None:
        return dotted.read(text)
    major, minor, line, revision, purpose = match.groups()[:5]
    purposes = (Mark("type " + purpose.lower()),) if purpose else ()
    built = (build(*(int(part) for part in match.groups()[5:])),) if match[6] else ()
    numbers = (int(major), int(minor), int(revision))
    return Reading(numbers, (*purposes, *built), "dahua", line.lower())

"""The list of release cycles in a page of endoflife.date's repository: the few shapes of YAML that such a page uses, and no others.

A page begins with "---"; its list begins with "releases:", and each cycle is a "  - key: value" followed by "    key: value". A value stands plain or in
double quotes, and a comment may follow it.
"""

import re

_LINE = re.compile(r"  (- |  )([A-Za-z]\w{0,40}): {0,8}(.{0,400})")
_QUOTED = re.compile(r'"([^"]{0,300})"\s{0,8}(?:#.*)?')
_MOST = 10_000


def is_page(head: bytes) -> bool:
    """Whether a file begins as such a page does."""
    return head.startswith(b"---") and b"\ntitle:" in head


def cycles(text: str) -> list[dict[str, str]]:
    """The cycles as their keys and values, as they stand; ValueError at a line that is none of those shapes."""
    found: list[dict[str, str]] = []
    for line in _listed(text):
        match = _LINE.fullmatch(line)
        if match is None or (match[1] != "- " and not found):
            raise ValueError(f"its line {line[:60]!r} is none of a list of release cycles")
        if match[1] == "- ":
            found.append({})
        if len(found) > _MOST:
            raise ValueError(f"it lists more than {_MOST:,} cycles")
        found[-1][match[2]] = _value(match[3])
    return found


def _listed(text: str) -> list[str]:
    """The lines of the list, without comments and empty ones."""
    lines = text.splitlines()
    try:
        first = lines.index("releases:") + 1
    except ValueError as error:
        raise ValueError("it has no list of releases") from error
    last = next((number for number in range(first, len(lines)) if lines[number][:1] not in {" ", "", "#"}), len(lines))
    return [line.rstrip() for line in lines[first:last] if line.strip() and not line.lstrip().startswith("#")]


def _value(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    return quoted[1] if quoted else re.split(r"\s#", text, maxsplit=1)[0].strip()

"""Regular expressions that cannot run away, for matching what hostile devices say.

The dialect is Python's without look-around, back references and conditions. A quantifier without an upper bound must be possessive (``[^;]++``), a group may at
most be optional, and the ways in which one pattern can be tried must stay few; so no answer of a device, however it is made, costs more than milliseconds.
"""

import re
from dataclasses import dataclass

MATCHED_LENGTH = 1024
"""Characters of a fact that are looked at."""

_WAYS_ANCHORED = 100_000
_WAYS_FLOATING = 2_000
_TOKEN = re.compile(
    r"""(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<flags>\(\?[ai]+\))
      | (?P<open>\((?:\?:|\?P<\w+>|(?!\?)))
      | (?P<close>\))
      | (?P<either>\|)
      | (?P<repeat>(?:[*+?]|\{\d*,\d*\}|\{\d+\})[+?]?)
      | (?P<anchor>\^|\$|\\[bBAZ])
      | (?P<special>\.|\\[dDsSwW])
      | (?P<reference>\\[1-9])
      | (?P<strange>\(\?)
      | (?P<literal>\\.|[^\\])""",
    re.VERBOSE | re.DOTALL,
)


class PatternError(ValueError):
    """A pattern that is broken, or that could take too long on a hostile answer."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern and, where it has one, a text in lower case that is in everything it matches."""

    regex: re.Pattern[str]
    literal: str

    def search(self, text: str, lowered: str) -> re.Match[str] | None:
        """The first match in `text`, of which `lowered` is the lower case."""
        return self.regex.search(text) if self.literal in lowered else None


def compile_pattern(source: str) -> Pattern:
    """Compile `source` to ASCII semantics, or raise `PatternError` with the reason."""
    try:
        regex = re.compile(source, re.ASCII)
    except re.error as error:
        raise PatternError(f"not a regular expression: {error}") from error
    reading = _Reading()
    for token in _TOKEN.finditer(source):
        reading.take(token)
    allowed = _WAYS_ANCHORED if re.match(r"(?:\(\?[ai]+\))?\^", source) and not reading.splits else _WAYS_FLOATING
    if reading.ways > allowed:
        raise PatternError(f"{reading.ways} ways to try it, and {allowed} are allowed: bound it, anchor it, or make quantifiers possessive")
    return Pattern(regex, "" if reading.splits else max((run.lower() for run in reading.runs), key=len, default=""))


class _Reading:
    """What is learnt of a pattern from its tokens, in order: runs of literal text outside of every group, and the ways to try it."""

    def __init__(self) -> None:
        self.runs = [""]
        self.ways = 1
        self.splits = False  # an alternative at the top level
        self._depth = 0
        self._last = ""

    def take(self, token: re.Match[str]) -> None:
        kind, text = str(token.lastgroup), token.group()
        if kind in {"strange", "reference"}:
            raise PatternError(f"{text!r} is not allowed here")
        if kind == "repeat":
            self._repeat(text)
        elif kind == "either":
            self.ways += 1
            self.splits = self.splits or not self._depth
        self._depth += {"open": 1, "close": -1}.get(kind, 0)
        if kind == "literal" and not self._depth:
            self.runs[-1] += text[-1] if text[-1].isascii() and not (text[0] == "\\" and text[-1].isalnum()) else "\0"
        elif kind not in {"anchor", "flags", "repeat"}:
            self.runs.append("")
        self._last = kind

    def _repeat(self, text: str) -> None:
        if self._last == "close" and text[0] != "?":
            raise PatternError("a repeated group")
        low, high = _bounds(text)
        possessive = len(text) > 1 and text.endswith("+")
        if high is None and not possessive:
            raise PatternError(f"{text!r} has no upper bound and is not possessive")
        if high is not None and not possessive:
            self.ways *= high - low + 1
        if self._last == "literal" and not self._depth:
            self.runs[-1] = self.runs[-1][:-1]
        self.runs.append("")


def _bounds(text: str) -> tuple[int, int | None]:
    """How often at least and at most; None is without end."""
    if text[0] != "{":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[text[0]]
    low, comma, high = text[1 : text.index("}")].partition(",")
    return int(low or 0), (int(high) if high else None) if comma else int(low)

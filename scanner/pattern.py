"""Regular expressions that cannot run away, for matching what hostile devices say.

The dialect is Python's without look-around, back references, conditions and numbered characters. A quantifier without an upper bound must be possessive
(``[^;]++``), a group may at most be optional, and the ways in which one pattern can be tried must stay few; so no answer of a device, however it is made,
costs more than milliseconds.
"""

import re
from dataclasses import dataclass

MATCHED_LENGTH = 1024
"""Characters of a fact that are looked at."""

_WAYS_ANCHORED = 100_000
_WAYS_FLOATING = 2_000
_ANCHORED = re.compile(r"(?:\(\?[ai]+\))?\^")
_TOKEN = re.compile(
    r"""(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<flags>\(\?[ai]+\))
      | (?P<open>\((?:\?:|\?P<\w+>|(?!\?)))
      | (?P<close>\))
      | (?P<either>\|)
      | (?P<repeat>(?:[*+?]|\{\d*,\d*\}|\{\d+\})[+?]?)
      | (?P<anchor>\^|\$|\\[bBAZ])
      | (?P<special>\.|\\[dDsSwW])
      | (?P<reference>\\[0-9xuUN])
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
    whole = reading.end()
    allowed = _WAYS_ANCHORED if _ANCHORED.match(source) and not whole.either else _WAYS_FLOATING
    if reading.ways > allowed:
        raise PatternError(
            f"{reading.ways} ways to try it, and {allowed} are allowed: bound it, anchor it, or make quantifiers possessive"
        )
    return Pattern(regex, max((run.lower() for run in whole.certain), key=len, default=""))


class _Group:
    """What is learnt of one group: its runs of literal text that every match holds, and whether it has alternatives."""

    def __init__(self) -> None:
        self.runs = [""]
        self.either = False

    @property
    def certain(self) -> list[str]:
        """The runs, none where there are alternatives."""
        return [] if self.either else self.runs


class _Reading:
    """What is learnt of a pattern from its tokens, in order. `ways` bounds how often one place in a text can be tried."""

    def __init__(self) -> None:
        self.ways = 1
        self._open = [_Group()]
        self._closed: _Group | None = None  # the group that has just ended, and may yet turn out to be optional
        self._last = ""

    def take(self, token: re.Match[str]) -> None:
        """Read the next token."""
        kind, text = str(token.lastgroup), token.group()
        if kind in {"strange", "reference"}:
            raise PatternError(f"{text!r} is not allowed here")
        if kind == "repeat":
            self._repeat(text)
        else:
            self._settle()
            self._plain(kind, text)
        self._last = kind

    def end(self) -> _Group:
        """The whole pattern, when every token has been taken."""
        self._settle()
        return self._open[0]

    def _plain(self, kind: str, text: str) -> None:
        here = self._open[-1]
        if kind == "literal":
            character = text[-1]
            shown = character.isascii() and not (text[0] == "\\" and character.isalnum())
            here.runs[-1:] = [here.runs[-1] + character] if shown else [here.runs[-1], ""]
        elif kind == "open":
            self._open.append(_Group())
        elif kind == "close":
            self._closed = self._open.pop()
        elif kind == "either":
            self.ways += 1
            here.either = True
        if kind not in {"literal", "anchor", "flags"}:
            here.runs.append("")

    def _settle(self) -> None:
        """The group before is not optional: what it holds, the pattern holds."""
        if self._closed:
            self._open[-1].runs += [*self._closed.certain, ""]
        self._closed = None

    def _repeat(self, text: str) -> None:
        if self._last == "close" and text[0] != "?":
            raise PatternError("a repeated group")
        low, high = _bounds(text)
        possessive = len(text) > 1 and text.endswith("+")
        if high is None and not possessive:
            raise PatternError(f"{text!r} has no upper bound and is not possessive")
        if high is not None and not possessive:
            self.ways *= high - low + 1
        self._closed = None
        runs = self._open[-1].runs
        if self._last == "literal":
            runs[-1] = runs[-1][:-1]
        runs.append("")


def _bounds(text: str) -> tuple[int, int | None]:
    """How often at least and at most; None is without end."""
    if text[0] != "{":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[text[0]]
    low, comma, high = text[1 : text.index("}")].partition(",")
    return int(low or 0), (int(high) if high else None) if comma else int(low)

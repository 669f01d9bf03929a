"""Reads the versions that an advisory names, as people write them: "All versions < V4.5 SP1", "vers:all/>=V2|<V3", "2.0 through 2.4", "1.10 and earlier".

The text is cut into words, the words into bounds, and the bounds are paired: a lower one and the upper one after it are an interval, all else stands for
itself. One word that is not understood, and the text is not: a guess here would acquit or accuse a device.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from checks.versions import compare

LONGEST = 400
"""Characters of a text that is looked at."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A version, and how what is meant stands to it: "<", "<=", ">", ">=", "=", "!=", or "<?" where nobody says whether it is itself among them."""

    sign: str
    version: str

    @property
    def upper(self) -> bool:
        """Whether it bounds from above."""
        return self.sign[0] == "<"

    @property
    def lower(self) -> bool:
        """Whether it bounds from below."""
        return self.sign[0] == ">"


@dataclass(frozen=True, slots=True)
class Range:
    """The versions that a text names: all that fulfil every bound of one of the `spans`; `()` is a span of all versions.

    Of `ladder`, upper bounds each of another branch ("< 4.2.21 | < 5.0.27"), the branches are not known. `conditional` says that the text names a condition
    ("only if…") besides.
    """

    spans: tuple[tuple[Bound, ...], ...] = ()
    ladder: tuple[Bound, ...] = ()
    excluded: tuple[Bound, ...] = ()
    conditional: bool = False


class _NotUnderstood(Exception):
    """The text is not one that this reads."""


# No group here is followed by a possessive quantifier: Python before 3.11.5 mismatches those (python/cpython issue 106052).
_PARTS = r"service\spack|sp|mp|fp|hf|hotfix(?:rev)?|upd(?:ate)?|patch|p|r|cu|ru|qu|tcu|rev|kit|build(?:\sdate)?|bld|rel|ir|beta|rc|alpha|b"
_TAIL = rf"(?:{_PARTS})[\s.:]{{0,2}}\d[\w.-]{{0,20}}+|hotfix(?![\w-])"
_BODY = (
    r"\d(?:[\w+-]|[.](?=[\w*])|(?<=[.])[*]){0,60}(?:\([\w.]{1,12}\)[\w.]{0,12}+)?"
    rf"(?:[\s,]{{1,2}}(?:{_TAIL})){{0,4}}(?:\s?\((?:build\s)?[\d.]{{1,14}}\))?\.?(?![\w(])"
)
_NAME = r"[a-z]{2,8}-[bv](?=\d{4})|(?:v|ver|version|rev|revision)[.\s]{0,2}|fw\s?|[a-z]{2,6}\d{0,4}\sv|[a-z]{1,5}[.-]?"
_ENDS = r"(?:\d{1,9}(?:\.\d{1,9}){1,5}|(?:19|20)\d\d)"
_KIND = r"(?:known|firmware|software|released|supported|current|product)"
_THINGS = rf"(?:\s(?:{_KIND}\s)?(?:versions?|releases?|builds?|firmware))?\)?(?=\s*(?:$|[|,;&(]|and\b|or\b))"
_JOINED = r"(?:[,(]?\s?(?:and|or)\s|[&,/(]\s?)?(?:all\s)?(?:versions?\s)?"
_EQUAL = r"than\sor\sequal\sto"
_IF = r"only|if|when|with|without|where|while|unless|in|installed|on|running|using|used|configured|that|which|containing|having|deployed|for|except"
_WORDS = (
    ("down", rf"{_JOINED}(?:prior|earlier|below|older|lower|previous|under|before){_THINGS}"),
    ("up", rf"{_JOINED}(?:later|newer|above|higher|up|onwards?|greater|after|beyond|subsequent){_THINGS}"),
    (
        "everything",
        rf"(?:all|any)(?![\w-])(?:\s{_KIND}){{0,3}}(?:\s(?:versions?|releases?|builds?|revisions?))?(?![\w-])|\*",
    ),
    (
        "noise",
        r"(?:the\s)?(?:firmware|software|fw)?\s?(?:versions?|releases?)(?![\w-]):?(?=\s?\S)|firmware(?=\s)|fw(?=\s\d)",
    ),
    (
        "<=",
        rf"<=|=<|(?:up\s?to|until|through|to)\s?,?\sand\sincluding(?!\w)|(?:through|thru)(?!\w)|(?:less|lower|earlier|older)\s{_EQUAL}",
    ),
    ("<=", r"versionEndIncluding:?"),
    (
        ">=",
        rf">=|=>|(?:greater|later|newer|higher)\s{_EQUAL}|(?:from|since|starting\s(?:with|from|at|in)|beginning\swith)(?!\w)",
    ),
    (">=", r"versionStartIncluding:?"),
    ("!=", r"!=|<>"),
    ("before", r"<|(?:prior\sto|before|(?:earlier|older|lower|less)\sthan|below)(?!\w)"),
    ("<", r"versionEndExcluding:?"),
    (">", r">|(?:after|above|(?:later|newer|greater|higher)\sthan|versionStartExcluding:?)(?!\w)"),
    ("<?", r"(?:up\s?to|until)(?!\w)"),
    ("=", r"==?"),
    ("to", r"to(?!\w)|[-–](?=\s?[vr]?\d)"),
    ("between", r"between(?!\w)"),
    ("with", r"\((?:including|inclusive|included)\)|inclusive(?!\w)"),
    ("without", r"\((?:excluding|exclusive|excluded)\)|exclusive(?!\w)"),
    ("separator", r"\|{1,2}|[,;&]|and(?!\w)|or(?!\w)"),
    ("span", rf"v?{_ENDS}\s?[-–]\s?v?{_ENDS}(?![\w.-])"),
    ("version", rf"(?:{_NAME})?{_BODY}"),
    ("condition", rf"\(?(?:{_IF})\b.*|\(.*\)"),
)
_WORD = re.compile("|".join(f"(?P<w{at}>{pattern})" for at, (_, pattern) in enumerate(_WORDS)), re.IGNORECASE)
_FIRST = re.compile(r"vers:[\w.-]{1,30}/", re.IGNORECASE)
_LATIN = str.maketrans(
    {
        "≤": "<=",
        "≥": ">=",
        "\u00a0": " ",
        "“": '"',
        "”": '"',
        '"': " ",
        "'": " ",
        "—": "–",
        "\t": " ",
        "\n": " ",
        "\r": " ",
    }
)
_JOINT = re.compile(r"(?<![0-9])_+|_+(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(
    rf"(?<!\w)({'|'.join(_MONTHS)})[a-z]{{0,6}}[\s/_,]{{1,2}}(\d{{1,2}})[\s/_,]{{1,2}}(\d{{4}})(?!\w)", re.IGNORECASE
)
_FURTHER = re.compile(
    r"[<>]|(?<![\w-])v?\d+\.\d|\d+\.\d+\.\d|\b(?:prior|previous|earlier|older|before|below|later|newer|above|possibly|also|not\saffected)\b",
    re.IGNORECASE,
)
"""What a condition must not hold: it would be another range, of this or of something else."""
_UPON_NOTHING = re.compile(
    r"(?:service\spack|sp|mp|fp|hf|hotfix|upd(?:ate)?|patch|cu|ru|tcu|kit|build|beta|rc|alpha)\s?\d", re.IGNORECASE
)
"""A service pack of nobody says which version."""
_PLAIN = re.compile(
    r"(?:v|ver|version|rev|r|fw|sw)?[\s._]{0,2}(?:\d{1,6}\.[\dx*].*|\d{1,3}(?![\w.-]).*|(?:19|20)\d\d(?![\w.-]).*)",
    re.IGNORECASE,
)
"""What is a version though nothing says so: a model's name often stands in its place."""
_ANY_DIGIT = re.compile(r"(?<!\.)(?<=\d)x|(?<![\w.])[vr]?x\.|\.x\w", re.IGNORECASE)
"""An "x" for some digits of a number, or in the place of the first number: nobody knows which."""


@lru_cache(maxsize=32768)
def parse(text: str) -> Range | None:
    """The versions that a text names; None where any of it is not understood."""
    if not text.strip() or len(text) > LONGEST:
        return None
    try:
        return _paired(_bounds(list(_words(_plain(text)))))
    except _NotUnderstood:
        return None


def _plain(text: str) -> str:
    text = _FIRST.sub("", text.translate(_LATIN).replace("&lt;", "<").replace("&gt;", ">").strip(), count=1)
    return re.sub(r"\s+", " ", _JOINT.sub(" ", _DAY.sub(_iso, text))).strip()


def _iso(match: re.Match[str]) -> str:
    try:
        return date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2])).isoformat()
    except ValueError:
        return match[0]


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Each word's kind and text."""
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        match = _WORD.match(text, at)
        if match is None or match.lastgroup is None or match.end() == at:
            raise _NotUnderstood
        kind = _WORDS[int(match.lastgroup[1:])][0]
        at = match.end()
        if kind == "span":
            yield from _ends(match[0])
        elif kind != "noise":
            yield kind, match[0]


def _ends(text: str) -> Iterator[tuple[str, str]]:
    """The two versions between which a dash stands; a dash within one version has not as many numbers on both sides."""
    low, high = re.split(r"\s?[-–]\s?", text)
    if low.count(".") != high.count("."):
        raise _NotUnderstood
    yield from (("version", low), ("to", "-"), ("version", high))


class _Reader:
    """Turns words into bounds, one after another."""

    def __init__(self) -> None:
        self.bounds: list[Bound] = []
        self.everything = self.conditional = False
        self.sign = ""
        self.between = 0
        self.last = ""

    def take(self, kind: str, text: str) -> None:
        """The next word; `_NotUnderstood` where it cannot stand here."""
        if kind in {"<", "<=", "<?", ">", ">=", "=", "!="}:
            self._signed(kind)
        elif kind in {"before", "to"}:
            self._signed("<" if kind == "before" else "<=")
            self._from_last(needed=kind == "to")
        elif kind == "version":
            self._version(text.strip(" ."))
        elif kind in {"down", "up", "with", "without"}:
            self._qualified(kind)
        elif kind == "condition":
            self._condition(text)
        elif kind == "between":
            self.between = 2
        elif kind == "everything":
            self.everything = True
            if self.bounds or self.sign:
                raise _NotUnderstood
        self.last = kind

    def _signed(self, sign: str) -> None:
        if self.sign:
            raise _NotUnderstood
        self.sign = sign
        if sign in {"<=", "<?"}:
            self._from_last(needed=False)

    def _from_last(self, *, needed: bool) -> None:
        """A version at once before "before", "through" and "to" is where the range starts."""
        if self.last == "version" and self.bounds[-1].sign == "=":
            if not _PLAIN.fullmatch(self.bounds[-1].version):
                raise _NotUnderstood
            self.bounds[-1] = replace(self.bounds[-1], sign=">=")
        elif needed and not (self.last == "version" and self.bounds[-1].lower):
            raise _NotUnderstood

    def _version(self, text: str) -> None:
        if (self.last == "version" and not self.sign) or _UPON_NOTHING.match(text) or _ANY_DIGIT.search(text):
            raise _NotUnderstood
        sign = self.sign or "="
        if self.between:
            sign, self.between = (">=" if self.between == 2 else "<?"), self.between - 1
        self.bounds.append(Bound(sign, text))
        self.sign = ""

    def _qualified(self, kind: str) -> None:
        if self.last != "version":
            raise _NotUnderstood
        bound, first = self.bounds[-1], len(self.bounds) == 1
        if kind in {"down", "up"} and bound.sign in {"=", "<=" if kind == "down" else ">="}:
            sign = "<=" if kind == "down" else ">="
        elif kind in {"with", "without"}:
            way = bound.sign[0] if bound.sign != "=" else ">" if first else "<"
            sign = way + "=" if kind == "with" else way
        else:
            raise _NotUnderstood
        self.bounds[-1] = replace(bound, sign=sign)

    def _condition(self, text: str) -> None:
        if self.sign or _FURTHER.search(text):
            raise _NotUnderstood
        self.conditional = True


def _bounds(words: list[tuple[str, str]]) -> _Reader:
    reader = _Reader()
    for kind, text in words:
        reader.take(kind, text)
    unnamed = any(bound.sign == "=" and not _PLAIN.fullmatch(bound.version) for bound in reader.bounds)
    if reader.sign or unnamed or not (reader.bounds or reader.everything) or reader.between:
        raise _NotUnderstood
    return reader


def _paired(read: _Reader) -> Range:
    """The bounds as spans."""
    excluded = tuple(bound for bound in read.bounds if bound.sign == "!=")
    bounds = [bound for bound in read.bounds if bound.sign != "!="]
    if not bounds:
        return Range(((),), excluded=excluded, conditional=read.conditional)
    spans, ladder = _spans(_turned(bounds))
    if len(ladder) == 1:
        spans, ladder = [*spans, (ladder[0],)], []
    return Range(tuple(spans), tuple(ladder), excluded, read.conditional)


def _turned(bounds: list[Bound]) -> list[Bound]:
    """An upper bound and then a lower one below it are an interval that is told from its end."""
    if len(bounds) == 2 and bounds[0].upper and bounds[1].lower:
        below = compare(bounds[1].version, bounds[0].version)
        if below is None:
            raise _NotUnderstood
        return bounds[::-1] if below < 0 else bounds
    return bounds


def _spans(bounds: list[Bound]) -> tuple[list[tuple[Bound, ...]], list[Bound]]:
    spans: list[tuple[Bound, ...]] = []
    ladder: list[Bound] = []
    low: Bound | None = None
    for before, bound in zip([None, *bounds], bounds, strict=False):
        if low is not None:
            if not bound.upper or compare(low.version, bound.version) == 1:
                raise _NotUnderstood
            spans.append((low, bound))
            low = None
        elif bound.lower:
            low = bound
        elif bound.upper and before is not None and before.sign == "=" and before.version.lower().endswith(".x"):
            raise _NotUnderstood  # "6.x | < 6.4" may mean both, or the one within the other
        elif bound.upper or ladder:
            ladder.append(bound if bound.upper else replace(bound, sign="<="))
        else:
            spans.append((bound,))
    return (spans if low is None else [*spans, (low,)]), ladder

"""Text for Markdown (CommonMark 0.31 and GitHub's additions) in which nothing that a device says is markup, a link, a mention or a reference.

A backslash keeps CommonMark from reading a character as markup, but not the forges: GitHub makes a mention of `\\@city` and a reference of `\\#12` all the
same, because it looks for them in the rendered page. Only code is left alone by all. So a word with anything in it that somebody obeys becomes code, and
what stays as it is are words of letters, digits and plain punctuation.
"""

import re
from collections.abc import Iterator

from inventory.text import one_line, visible

_OBEYED = re.compile(
    r"[`@#<>\[\]|*_~\\$^{}]|&\d"  # markup, HTML, mentions, references, mathematics, templates
    r"|(?<!\d):.|:(?!\d).|:.*:|//|==|\+\+"  # addresses with a scheme; but not the colon of 12:30
    r"|[^\W\d][\w-]*\.[^\W\d]{2}|www\."  # names of hosts, which become links without a scheme too
    r"|^[!%]\w|^GH-\d",  # references of forges
    re.IGNORECASE,
)
_OBEYED_AS_A_WHOLE = re.compile(r":(?!\d\d:|(?:19|20)\d\d:)[\w+-]+:|&[#\w]+;")
"""What ends in plain punctuation: pictures such as :tada: and :100: (but not the minutes of 12:30: and no year), and entities."""
_QUOTED = re.compile(r"(?<![^\s(])`([^`]+)`(?![^\s).,;:])")
"""Words in backquotes, such as a command in our own sentences; no other backquote touches them, so that theirs pair with each other."""
_WORD = re.compile(r"""([("'“‘]*)(.*?)([)"'”’.,;:?]*)""")
_BEGINS_A_BLOCK = re.compile(r"[-+=]|\d{1,9}(?=[.)](?:\s|$))")
_LONGEST = 4096


def prose(text: str) -> str:
    """A sentence or a name, on one line, to stand anywhere in a line."""
    return _as_a_line(_words(one_line(text, _LONGEST)))


def with_commands(text: str) -> str:
    """As `prose`, of our own sentence, in which words in backquotes are code: a command that is to be typed."""
    parts = _QUOTED.split(one_line(text, _LONGEST))
    return _as_a_line("".join(code(part) if index % 2 else _words(part) for index, part in enumerate(parts)))


def _as_a_line(line: str) -> str:
    """The line where nothing at its beginning opens a block."""
    begins = _BEGINS_A_BLOCK.match(line)
    if begins is None:
        return line
    return f"{begins[0]}\\{line[begins.end() :]}" if begins[0].isdigit() else f"\\{line}"


def code(text: str) -> str:
    """One line as code."""
    said = one_line(text, _LONGEST)
    fence = "`" * (_longest_run(said) + 1)
    room = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{fence}{room}{said}{room}{fence}" if said else ""


def cell(text: str) -> str:
    """A sentence or a name in a table. Readers do not agree on a stroke behind a backslash, so it is shown by its number."""
    return prose(text.replace("|", "\\x7c"))


def block(text: str, limit: int) -> Iterator[str]:
    """The lines of a text of at most `limit` characters as a block of code; each is set in, so that none stands where a line of ours begins."""
    said = visible(text, limit).expandtabs(4).strip("\n")
    fence = "`" * max(_longest_run(said) + 1, 3)
    yield f"  {fence}"
    yield from (f"  {line}".rstrip() for line in said.split("\n"))
    yield f"  {fence}"


def row(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def _words(text: str) -> str:
    return " ".join(map(_word, text.split(" ")))


def _word(word: str) -> str:
    before, core, after = _WORD.fullmatch(word).groups()  # type: ignore[union-attr]  # it matches whatever there is
    if _OBEYED_AS_A_WHOLE.search(word):
        return code(word)
    return f"{before}{code(core)}{after}" if _OBEYED.search(core) else word


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)

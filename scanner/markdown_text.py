"""What others say, inside a text that is Markdown: nothing of it is markup."""

import re
from functools import cache

from inventory.text import one_line, visible

_MARKS = str.maketrans(
    {**{mark: f"\\{mark}" for mark in "\\`*_[]"}, "<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;", "~": "&#126;"}
)
"""A backslash where every Markdown knows it; the others are references, because Python-Markdown, which DefectDojo uses, would show the backslash."""
_CODE = re.compile("(`[^`]+`)")
_START = re.compile(r"^([#=+-])|^(\d+)([.)])(?=\s|$)")


def plain(text: str, limit: int = 4096) -> str:
    """The text on one line, with every character escaped that Markdown reads (CommonMark 0.31, section 2.4); a bare address is no link in it."""
    escaped = one_line(text, limit).translate(_MARKS)
    return _START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", escaped)


def block(text: str, limit: int = 512) -> str:
    """The text as a block of code, by indentation, which no text of its own can end."""
    return "\n".join(f"    {line}" for line in visible(text, limit).expandtabs(4).splitlines())


@cache
def paragraphs(text: str) -> str:
    """Our own paragraphs and lists (a line that begins with "- "), in which nothing is markup but words in backquotes."""
    lines = "\n".join(f"- {_ours(line[2:])}" if line.startswith("- ") else _ours(line) for line in text.splitlines())
    told = [one if one.startswith("- ") else one.replace("\n- ", "\n\n- ", 1) for one in lines.split("\n\n")]
    return "\n\n".join(told)


def _ours(line: str) -> str:
    parts = _CODE.split(line)
    return "".join(part if _CODE.fullmatch(part) else part.translate(_MARKS) for part in parts)

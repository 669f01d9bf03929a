"""What stands for our own signs on a terminal that has no Unicode: lines, arrows and dots of ASCII. What a device said is never spelt another way."""

NAME = "stand-in"
"""The error handler's name to `codecs`."""
_SIGNS = {
    "…": "...",
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "–": "-",
    "—": "-",
    "·": ".",
    "•": "*",
    "×": "x",
    "≤": "<=",
    "≥": ">=",
    "✓": "+",
    "✗": "x",
    "▏": "|",
    "█": "#",
    "░": ".",
    "▒": ":",
    "▓": "#",
}
_LINES = {0x2500: "-", 0x2501: "-", 0x2502: "|", 0x2503: "|", 0x2550: "=", 0x2551: "|", 0x2578: "-", 0x257A: "-"}
_BOXES, _BLOCKS = range(0x2500, 0x2580), range(0x2580, 0x25A0)


def for_what_cannot_be_written(error: UnicodeError) -> tuple[str, int]:
    """What is written instead, and where writing goes on; what has no stand-in is written as its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_instead, error.object[error.start : error.end])), error.end


def _instead(sign: str) -> str:
    point = ord(sign)
    if sign in _SIGNS:
        return _SIGNS[sign]
    if point in _BOXES:
        return _LINES.get(point, "+")
    if point in _BLOCKS:
        return "#"
    return sign.encode("ascii", "backslashreplace").decode()

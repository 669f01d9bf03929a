"""The one place where bytes from the network become text.

A terminal obeys C0 and C1 controls, a reader is deceived by bidirectional and zero-width characters; so they are made visible here, once, and every
renderer escapes for its own medium on top.
"""

import unicodedata

_KEPT = frozenset("\n\t")
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def visible(raw: bytes | str, limit: int = 4096) -> str:
    r"""Return `raw` as text of at most `limit` characters in which nothing is hidden or obeyed.

    Bytes are read as UTF-8, and each byte that is not UTF-8 becomes ``\xNN``. CR LF becomes a line feed. Controls other than line feed and tab, format
    characters (bidirectional marks, zero-width characters), surrogates, private-use and unassigned code points become ``\xNN``, ``\uNNNN`` or ``\UNNNNNNNN``.
    """
    text = raw[: limit * 4].decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw[:limit]
    text = text.replace("\r\n", "\n")
    if (
        text.replace("\n", "").replace("\t", "").isprintable()
    ):  # no character of a hidden category is, and most texts are
        return text[:limit]
    return "".join(_shown(character) for character in text[:limit])[:limit]


def one_line(raw: bytes | str, limit: int = 512) -> str:
    """Return `visible(raw)` with every run of white space as one blank, for a table cell or a log line."""
    return " ".join(visible(raw, limit).split())


def excerpt(raw: bytes) -> str:
    """Return evidence as text: `visible(raw)` where it was meant to be read, else hexadecimal, from which the bytes can be had back."""
    text = visible(raw)
    return text if len(text) <= len(raw) * 3 // 2 else f"hex {raw.hex(' ')}"


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    point = ord(character)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Say how many: '1 device', '2,000 devices', '3 classes'; `plural` where it is no such one: '2 entries'."""
    several = plural or (f"{noun}es" if noun.endswith("s") else f"{noun}s")
    return f"{number:,} {noun if number == 1 else several}"

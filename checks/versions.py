"""Which of two versions of one product's firmware is the newer, by the scheme of its vendor; None where that cannot be said."""

import re

_DOTTED = re.compile(r"[vV]?(\d+(?:\.\d+)*)")


def compare(left: str, right: str, vendor: str = "") -> int | None:
    """-1, 0 or 1 as `left` is older than, the same as or newer than `right`; None where they are not comparable. `vendor` is as `plain_vendor` gives it."""
    ours, theirs = (_DOTTED.fullmatch(text.strip()) for text in (left, right))
    if ours is None or theirs is None:
        return 0 if left.strip() == right.strip() else None
    one, other = ([int(part) for part in match[1].split(".")] for match in (ours, theirs))
    length = max(len(one), len(other))
    one, other = one + [0] * (length - len(one)), other + [0] * (length - len(other))
    return (one > other) - (one < other)

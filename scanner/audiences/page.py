"""A page for readers who are no technicians: a few kinds of blocks, which every renderer knows how to write."""

from dataclasses import dataclass
from typing import TypeAlias

from inventory.model import Severity

PLAIN = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences; `lead` for the one that says the most, `quiet` for a remark."""

    text: str
    lead: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences one below the other; `ordered` where the order counts."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts; `tone` is a band ("critical") or ""."""

    value: str
    label: str
    tone: str = PLAIN


@dataclass(frozen=True, slots=True)
class Figures:
    """The few numbers that come first."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below their heads, all of one length; every column but the first holds numbers where `numbers`."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """A length with its name; `shown` is what is written beside it."""

    label: str
    value: int
    shown: str
    tone: str = PLAIN


@dataclass(frozen=True, slots=True)
class Bars:
    """Lengths of one scale."""

    caption: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Words with what they stand for."""

    rows: tuple[tuple[str, str], ...]


Simple: TypeAlias = Heading | Paragraph | Points | Figures | Table | Bars | Terms


@dataclass(frozen=True, slots=True)
class Card:
    """One thing by itself, such as a device: its name, a tag ("critical") with its tone, and what is said of it."""

    title: str
    tag: str
    tone: str
    blocks: tuple[Simple, ...]


Block: TypeAlias = Simple | Card


@dataclass(frozen=True, slots=True)
class Page:
    """A title, a line below it, the blocks, and the small print; `audience` names for whom it is."""

    audience: str
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    small_print: tuple[str, ...] = ()


BAND_WORDS = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
    Severity.INFO: "nothing found that raises a risk",
}


def day(when: object) -> str:
    """A date as people write it: "22 November 2026"."""
    return f"{when:%-d %B %Y}" if when else ""

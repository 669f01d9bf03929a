"""What came of a test, and how a fact writes it."""

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """What a test found. UNCLEAR is no verdict: the server did neither what a sound one does nor what a vulnerable one does."""

    VULNERABLE = "vulnerable"
    SOUND = "sound"
    UNCLEAR = "unclear"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word, the reason in a few words, and what the server said that shows it."""

    word: Word
    reason: str
    evidence: bytes = b""

    @property
    def vulnerable(self) -> bool:
        """Whether the flaw is there."""
        return self.word is Word.VULNERABLE

    def __str__(self) -> str:
        """As a fact: 'sound: it discards what is too short'."""
        return f"{self.word}: {self.reason}"

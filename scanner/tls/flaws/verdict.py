"""What came of a test, and how a fact writes it."""

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """What a test found. LIKELY is the flaw without its proof. UNCLEAR is no verdict: the server did neither what a sound one does nor what a vulnerable one
    does."""

    VULNERABLE = "vulnerable"
    LIKELY = "likely"
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
    def flawed(self) -> bool:
        """Whether the flaw is there, or likely."""
        return self.word in {Word.VULNERABLE, Word.LIKELY}

    def __str__(self) -> str:
        """As a fact: 'sound: it discards what is too short'."""
        return f"{self.word}: {self.reason}"

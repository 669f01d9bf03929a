"""What a device says where it does not let somebody in: that it locks, that it is busy, that the pair was wrong, or that it wants another password first.

The phrases are in `refusals.toml`, in the languages of devices. Each is searched in single sentences, for a page or a message of the day that speaks of logins
at length is no message to somebody who tries one.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".toml")
FEW = 2
"""Attempts that a device says are left: at so few it is asked no more."""
_LIMIT = 8192
_SENTENCE = 160
_SENTENCE_END = re.compile(r"[\r\n<>|。！]+|[.!?;](?:\s+|$)|\"\s{0,4}[,:}\]]")
# Printed beforehand, in banners and on login pages: no lock, but what leads to one.
_THREAT = re.compile(
    r"\b(?:will|would|may|might|could|can|shall|if|werden?|wird|sera|será|verrà)\b|\bafter\b", re.IGNORECASE
)
# "Last failed login: Tue…", "There were 2 failed login attempts since the last successful login.": a message to whoever got in.
_PAST = re.compile(r"\blast\b|\bsince\b|\battempts? (?:was|were|has|have) ", re.IGNORECASE)


def says_locked(text: str, *, threats: bool = True) -> bool:
    """Whether an account or an address is shut out; without `threats`, only where the sentence speaks of now."""
    said = sentences(text)
    shut = ["locked"] if any(_says("busy", one) for one in said) else ["locked", "later"]
    found = (one for one in said if any(_says(meaning, one) for meaning in shut) and not _says("busy", one))
    return any(threats or not _THREAT.search(one) for one in found)


def few_left(text: str) -> bool:
    """Whether it says that hardly any attempt is left."""
    counted = (count for found in _phrases()["left"].finditer(text[:_LIMIT]) for count in found.groups() if count)
    return any(int(count) <= FEW for count in counted)


def says_busy(text: str) -> bool:
    """Whether it takes no more connections, sessions or users now."""
    return any(_says("busy", said) and not _PAST.search(said) for said in sentences(text))


def says_refused(text: str) -> bool:
    """Whether a login was refused."""
    return any(_says("refused", said) and not _PAST.search(said) for said in sentences(text))


def wants_new_password(text: str) -> bool:
    """Whether another password is to be set before anything else."""
    return any(_says("new-password", said) for said in sentences(text))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences and lines of a text that are short enough to be a message."""
    parts = (part.strip() for part in _SENTENCE_END.split(text[:_LIMIT]))
    return tuple(part for part in parts if part and len(part) <= _SENTENCE)


def readings(heard: bytes) -> tuple[str, ...]:
    """What bytes without a named charset may say: UTF-8 or, where they are none, Latin-1 and GB 18030."""
    try:
        return (heard.decode(),)
    except UnicodeDecodeError:
        return heard.decode("latin-1"), heard.decode("gb18030", "replace")


def _says(meaning: str, sentence: str) -> bool:
    return _phrases()[meaning].search(sentence) is not None


@cache
def _phrases() -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {}
    for phrase in tomllib.loads(FILE.read_text(encoding="utf-8"))["phrase"]:
        found.setdefault(phrase["means"], []).append(phrase["pattern"])
    return {meaning: re.compile("|".join(patterns), re.IGNORECASE) for meaning, patterns in found.items()}

"""Keeps a secret that a device repeats to us out of what we keep.

A device may repeat what it was told in any writing. Those that devices and their servers use are known here: plain, in either case, in UTF-8, Latin-1 and
UTF-16, escaped for an address (RFC 3986), a page, JSON or mail (RFC 2045), in hexadecimal, in base64 (RFC 4648) at any place of a longer text, parted by NULs,
by what a terminal obeys or by what nobody sees, as an unsalted hash, and cut off at either end. Whoever sets out to hide it from us in a cipher of his own can.

How far a secret is looked for depends on how well it can be told from other text, for stars in place of a usual word hide the evidence, and tell the word:

- From ANYWHERE characters on it is hidden wherever it stands, and from MIXED on if it is neither a word nor a number ("ubnt24").
- A shorter one ("calvin", "12345") is hidden where it stands as a word of its own.
- One of less than WORD characters ("1", "200"), a word of which login pages are made ("admin", "password"), and a password that is the user's own name, are
  hidden where they are told as a password: after a word for it ("password=admin"), beside their user ("admin/admin"), hashed, or in base64 with their user.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from checks.contract import Account, Answer
from inventory.model import Facts
from scanner.conversation import Heard
from scanner.writings import Text, hashes, hexadecimal, in_base64, plain, repeated

_MASK = b"***"
WORD, MIXED, ANYWHERE = 4, 6, 8
_ORDINARY = frozenset(
    re.findall(
        r"\w+",
        "access account admin administrator camera config default device error guest http https html index login logon logout main manager master"
        " monitor network none null operator pass passcode passwd password passwort root router rtsp security server service setup supervisor"
        " support switch system telnet test user username video",
    )
)
_PIECE = 4
"""Characters of a secret that was cut off which are hidden; fewer tell little."""
_LABEL = re.compile(
    rb"(?:pass(?:word|wd|code|phrase|wort)?|pwd?|secret|community|kennwort|contrase\S{1,6}|senha)[\"'\]]{0,2}[ \t]{0,3}"
    rb"(?:=>|[:=>]|is|was|of|)[ \t]{0,3}[\"'(<\[]{0,2}\Z"
)
_LABEL_LIMIT = 48
_NAMES = frozenset(("snmp.engine_id",))
"""Facts that are a device's own name, by which a login must call it (RFC 3414, section 2.2.2): it is heard again, and is no proof of anything."""
_SAID_LIMIT = 65536
_BESIDE = (":", "/", ",", ", ", " / ", "|", ";", "\t")


@dataclass(frozen=True, slots=True)
class _Secret:
    """A secret, whether it is ordinary, and whether a piece of it at the ends of the text is hidden too."""

    text: str = field(repr=False)
    ordinary: bool
    piecewise: bool = False


def masked(heard: bytes, *secrets: str) -> bytes:
    """Return `heard` with every secret in it made unreadable; empty ones are passed over."""
    return _masked(heard, (_Secret(secret, is_ordinary(secret)) for secret in secrets if secret))


def unsaid(heard: bytes, accounts: Iterable[Account]) -> bytes:
    """`heard` without the passwords of these accounts."""
    return _masked(heard, (secret for account in accounts if account.password for secret in _secrets(account)))


@dataclass(slots=True)
class Offered:
    """What one device was offered in a scan: the accounts, and the last of what was said in offering them.

    Among that are the proofs of passwords, and who has what a digest comes to can try passwords on it at home.
    """

    accounts: set[Account] = field(default_factory=set)
    said: bytes = field(default=b"", repr=False)

    def note(self, accounts: Iterable[Account], said: bytes) -> None:
        """One more attempt."""
        self.accounts.update(accounts)
        self.said = (self.said + b"\0" + said)[-_SAID_LIMIT:]

    def unanswered(self, answer: Answer) -> Answer:
        """The answer without any of it."""
        return replace(answer, evidence=self._unsaid(answer.evidence), reason=self._unsaid_value(answer.reason))

    def unheard(self, heard: Heard) -> Heard:
        """What the device said after it without any of it."""
        parts = tuple((name, self._unsaid_facts(facts)) for name, facts in heard.parts)
        return replace(heard, facts=self._unsaid_facts(heard.facts), evidence=self._unsaid(heard.evidence), parts=parts)

    def _unsaid(self, heard: bytes) -> bytes:
        return unsaid(_hidden(heard, repeated(heard, self.said)), self.accounts)

    def _unsaid_facts(self, facts: Facts) -> Facts:
        return {name: value if name in _NAMES else self._unsaid_value(value) for name, value in facts.items()}

    def _unsaid_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._unsaid(value.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        return tuple(self._unsaid_value(part) for part in value) if isinstance(value, tuple) else value


def is_ordinary(secret: str) -> bool:
    """Whether a secret cannot be told from other text by itself."""
    return len(secret) < WORD or secret.casefold() in _ORDINARY


def _is_plain_to_see(secret: str) -> bool:
    """Whether nobody says it by chance."""
    return len(secret) >= ANYWHERE or (len(secret) >= MIXED and not secret.isalpha() and not secret.isdigit())


def _secrets(account: Account) -> Iterator[_Secret]:
    """What must not be shown of an account: its password, and user and password together."""
    ordinary = is_ordinary(account.password) or account.password.casefold() == account.user.casefold()
    yield _Secret(account.password, ordinary, piecewise=not ordinary and _is_plain_to_see(account.password))
    for between in _BESIDE if ordinary and account.user else (":",):
        yield _Secret(f"{account.user}{between}{account.password}", ordinary and not account.user)


def _masked(heard: bytes, secrets: Iterable[_Secret]) -> bytes:
    texts, spans = Text.readings(heard), list[tuple[int, int]]()
    for secret in dict.fromkeys(secrets):
        for text in texts:
            spans += _told(text, secret)
        spans += _encoded(texts[0], secret)
    return _hidden(heard, spans)


def _hidden(heard: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    for start, end in reversed(_joined(spans)):
        heard = heard[:start] + _MASK + heard[end:]
    return heard


def _told(text: Text, secret: _Secret) -> Iterator[tuple[int, int]]:
    """Where the secret stands as it is, and where it was cut off."""
    for form in plain(secret.text):
        yield from (text.span(*place) for place in text.places(form) if _counts(text, place, secret))
        if secret.piecewise:
            yield from text.cut_off(form, _PIECE)


def _counts(text: Text, place: tuple[int, int], secret: _Secret) -> bool:
    """Whether it is the secret that stands there."""
    if secret.ordinary:
        return text.is_word(*place) and _LABEL.search(text.before(place[0], _LABEL_LIMIT)) is not None
    return _is_plain_to_see(secret.text) or text.is_word(*place)


def _encoded(text: Text, secret: _Secret) -> Iterator[tuple[int, int]]:
    """Where it stands in a writing that stands for the whole of it."""
    for form in hashes(secret.text):
        yield from (text.span(*place) for place in text.places(form))
    if secret.ordinary:
        return
    for core in in_base64(secret.text):
        yield from text.runs(core)
    for form in hexadecimal(secret.text) if len(secret.text) >= WORD else ():
        yield from text.digits(form)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined

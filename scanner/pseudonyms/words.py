"""Sentences without what they name: every known name, address, hash and quotation in a text becomes what stands for it."""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Mapping

from inventory.model import CLAIMS
from scanner.pseudonyms.addresses import Addresses

WEB, MAIL, NAME, QUOTED = "(web address)", "(mail address)", "(name)", "(left out)"
_OPEN, _SHUT = "\ue000", "\ue001"
_HELD = re.compile(f"{_OPEN}(\\d+){_SHUT}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,11}://[^\s'\"<>)]+|\burn:[^\s'\"<>)]+|\bwww\.[^\s'\"<>)]+")
_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")
_MAC = re.compile(
    r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])|(?<![\w.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![\w.])"
    r"|(?<!\w)(?=\d*[A-Fa-f])[0-9A-Fa-f]{12}(?!\w)"
)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\w|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*(?:%\w+)?(?:/\d{1,3})?(?!\w)")
_DISTINGUISHED = re.compile(r"\b(?:CN|OU|O|L|ST|DC|emailAddress|SERIALNUMBER)=[^,\s]+")
_QUOTED = re.compile(r"(?<!\w)'([^'\n]+)'(?!\w)|\"([^\"\n]+)\"|“([^”\n]+)”")
_HOST = re.compile(r"(?<![\w.@-])(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\d?(?![\w-])")
_HEX = re.compile(
    r"(?<![\w-])(?=[0-9A-Fa-f]*\d)(?=[0-9A-Fa-f]*[A-Fa-f])[0-9A-Fa-f]{8,}(?!\w)|(?<!\w)[0-9A-Fa-f]{32,}(?!\w)"
)
_WORD = re.compile(r"\w+")
_SHORT = 6


class Words:
    """What stands for what. `known` maps each name to its pseudonym, `exact` those that count only as they are written and as words of their own (a department
    called Transport is not the T of TLS), and `plain` are words that tell a product, which stay even where they look like something else.
    """

    def __init__(
        self,
        addresses: Addresses,
        known: Mapping[str, str],
        exact: Mapping[str, str],
        plain: Collection[str],
        alias: Callable[[str, str], str],
    ) -> None:
        self._addresses, self._alias = addresses, alias
        self._plain = {word.casefold() for word in plain} | {name.casefold() for name in CLAIMS}
        self._known = {name.casefold(): made for name, made in known.items()}
        self._exact = exact
        self._first: dict[str, list[str]] = {}
        for name in sorted({*self._known, *exact}, key=len, reverse=True):
            if word := _WORD.search(name):
                self._first.setdefault(word[0].casefold(), []).append(name)
        self._told: dict[tuple[str, bool], str] = {}

    def without(self, text: str, own: "Own | None" = None, *, quotes: bool = False) -> str:
        """The text with all of that replaced; `own` are the names of the device that it is about, which are found inside words too.

        With `quotes`, what stands in quotation marks and what looks like a host's name stay: it is ours, as in a remedy.
        """
        if not text:
            return text
        if own is not None and own.pattern.search(text):
            return self._replaced(text, own, quotes=quotes)
        if (text, quotes) not in self._told:
            self._told[text, quotes] = self._replaced(text, None, quotes=quotes)
        return self._told[text, quotes]

    def _replaced(self, text: str, own: "Own | None", *, quotes: bool) -> str:
        held: list[str] = []

        def hold(made: str) -> str:
            held.append(made)
            return f"{_OPEN}{len(held) - 1}{_SHUT}"

        text = _PRIVATE.sub("", text)
        text = _URL.sub(lambda _: hold(WEB), text)
        if own is not None:
            text = own.pattern.sub(lambda found: hold(own.made.get(found[0].casefold(), NAME)), text)
        text = self._names(text, hold)
        text = _MAIL.sub(lambda _: hold(MAIL), text)
        text = _MAC.sub(lambda found: hold(self._addresses.mac(found[0])), text)
        text = _IPV6.sub(lambda found: self._there(found[0], hold), text)
        text = _IPV4.sub(lambda found: self._there(found[0], hold), text)
        text = _DISTINGUISHED.sub(lambda _: hold(NAME), text)
        if not quotes:
            text = _QUOTED.sub(lambda found: self._quoted(found, hold), text)
            text = _HOST.sub(lambda found: found[0] if self._is_plain(found[0]) else hold(NAME), text)
        text = _HEX.sub(lambda found: hold(self._alias("hash", found[0].casefold()[:16])), text)
        while _HELD.search(text):
            text = _HELD.sub(lambda found: held[int(found[1])], text)
        return text

    def _names(self, text: str, hold: Callable[[str], str]) -> str:
        """Every known name that stands at the beginning of a word, the longest first."""
        pieces, done = [], 0
        for word in _WORD.finditer(text):
            if word.start() < done or _inside(text, word.start()):
                continue
            for name in self._first.get(word[0].casefold(), ()):
                begin = word.start() - (first.start() if (first := _WORD.search(name)) else 0)
                if begin < done:
                    continue
                there = text[begin : begin + len(name)]
                made = self._made(name, there, text[begin - 1 : begin], text[begin + len(name) : begin + len(name) + 1])
                if made:
                    pieces += [text[done:begin], hold(made)]
                    done = begin + len(name)
                    break
        return "".join((*pieces, text[done:]))

    def _made(self, name: str, there: str, before: str, after: str) -> str:
        if name in self._exact and there == name and not _glued(before, "-") and not _glued(after, "-"):
            return self._exact[name]
        if there.casefold() == name and name in self._known and not (_glued(after) and len(name) < _SHORT):
            return self._known[name]
        return ""

    def _there(self, text: str, hold: Callable[[str], str]) -> str:
        if text.casefold() in self._plain:
            return text
        try:
            ipaddress.ip_network(text.partition("%")[0], strict=False)
        except ValueError:
            return text
        return hold(self._addresses.network(text) if "/" in text else self._addresses.address(text))

    def _quoted(self, found: re.Match[str], hold: Callable[[str], str]) -> str:
        said = found[1] or found[2] or found[3]
        if _HELD.fullmatch(said) or self._is_plain(said):
            return found[0]
        return hold(QUOTED)

    def _is_plain(self, text: str) -> bool:
        return text.casefold() in self._plain


class Own:
    """The names of one device, by what stands for each; only those that are in one of `texts`, for the pattern of all would take longer than its use."""

    def __init__(self, made: Mapping[str, str], texts: Iterable[str]) -> None:
        together = "\n".join(texts).casefold()
        self.made = {small: instead for name, instead in made.items() if (small := name.casefold()) in together}
        self.pattern = re.compile(
            "|".join(_pattern(names) for names in _by_length(self.made)) or r"(?!)", re.IGNORECASE
        )


def _by_length(names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if name.strip()), key=lambda name: (-len(name), name))


def _pattern(name: str) -> str:
    return re.escape(name) if len(name) >= _SHORT else rf"(?<!\w){re.escape(name)}(?!\w)"


def _glued(character: str, *more: str) -> bool:
    return character.isalnum() or character in more


def _inside(text: str, at: int) -> bool:
    """Whether this is the number of what is held already."""
    return text[at - 1 : at] == _OPEN

"""HTTP authentication as HTTP, RTSP and SIP share it: reading challenges and writing answers to them (RFC 7235, 7616, 7617, and 2069 for old devices)."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_SCHEMES = frozenset(("basic", "digest", "negotiate", "ntlm", "bearer"))
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PIECE = re.compile(
    rf'(?P<name>{_TOKEN})[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<plain>[^\s,"]*))|(?P<bare>[^\s,="]+)',
    re.DOTALL,
)
_HASHES = {"md5": "md5", "sha-256": "sha256", "sha-512-256": "sha512_256"}
_STRENGTH = ("basic", "md5", "md5-sess", "sha-256", "sha-256-sess", "sha-512-256", "sha-512-256-sess")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge of a WWW-Authenticate header: the scheme in lower case and its parameters, names in lower case, values unquoted."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def realm(self) -> str:
        """The realm, "" where none is named."""
        return self.parameters.get("realm", "")

    @property
    def algorithm(self) -> str:
        """The digest algorithm in lower case, "md5" where none is named."""
        return self.parameters.get("algorithm", "").lower() or "md5"

    @property
    def qop(self) -> tuple[str, ...]:
        """The qualities of protection on offer, in lower case."""
        return tuple(word for word in re.split(r"[\s,]+", self.parameters.get("qop", "").lower()) if word)

    @property
    def stale(self) -> bool:
        """Whether only the nonce of the last answer was too old."""
        return self.parameters.get("stale", "").lower() == "true"

    @property
    def answerable(self) -> bool:
        """Whether `authorisation` can answer it: Basic, or Digest with a known algorithm and qop "auth", "auth-int" or none."""
        if self.scheme == "digest":
            known = self.algorithm.removesuffix("-sess") in _HASHES
            return known and "nonce" in self.parameters and (not self.qop or bool({"auth", "auth-int"} & set(self.qop)))
        return self.scheme == "basic"


def parse_challenges(values: Iterable[str]) -> tuple[Challenge, ...]:
    """Every challenge of these header values, in order; several may share one value, and quotes may be missing."""
    found: list[tuple[str, dict[str, str]]] = []
    last = ""
    for value in values:
        for piece in _PIECE.finditer(value):
            if piece["name"] is None:
                if piece["bare"].lower() in _SCHEMES or not found:
                    found.append((piece["bare"].lower(), {}))
                    last = ""
                elif last:  # realm=My Camera: blanks without quotes
                    found[-1][1][last] += " " + piece["bare"]
                continue
            if not found:
                continue
            text = (
                piece["plain"] if piece["quoted"] is None else re.sub(r"\\(.)", r"\1", piece["quoted"], flags=re.DOTALL)
            )
            name = piece["name"].lower()
            found[-1][1].setdefault(name, text)
            last = name if piece["quoted"] is None else ""
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found if scheme in _SCHEMES)


def strongest(challenges: Iterable[Challenge]) -> Challenge | None:
    """The answerable challenge that protects the password best, None where there is none."""
    answerable = [challenge for challenge in challenges if challenge.answerable]
    return max(answerable, key=_strength, default=None)


def _strength(challenge: Challenge) -> int:
    return _STRENGTH.index("basic" if challenge.scheme == "basic" else challenge.algorithm)


def authorisation(challenge: Challenge, user: str, password: str, method: str, uri: str, cnonce: str = "") -> str:
    """The value of an Authorization header that answers an answerable `challenge`; `cnonce` is random unless given."""
    if challenge.scheme == "basic":
        return basic(user, password)
    return digest(challenge, user, password, method, uri, cnonce or secrets.token_hex(8))


def basic(user: str, password: str) -> str:
    """RFC 7617, in UTF-8."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def digest(challenge: Challenge, user: str, password: str, method: str, uri: str, cnonce: str) -> str:
    """RFC 7616 section 3.4 with qop "auth" or, where nothing else is offered, "auth-int" over an empty body; RFC 2069 where the challenge offers no qop."""
    nonce = challenge.parameters.get("nonce", "")
    qop = next((quality for quality in ("auth", "auth-int") if quality in challenge.qop), "")
    key = _hash(challenge, f"{user}:{challenge.realm}:{password}")
    if challenge.algorithm.endswith("-sess"):
        key = _hash(challenge, f"{key}:{nonce}:{cnonce}")
    asked = _hash(challenge, f"{method}:{uri}" + (f":{_hash(challenge, '')}" if qop == "auth-int" else ""))
    between = f"{nonce}:00000001:{cnonce}:{qop}" if qop else nonce
    fields = [
        f"username={_quoted(user)}",
        f"realm={_quoted(challenge.realm)}",
        f"nonce={_quoted(nonce)}",
        f"uri={_quoted(uri)}",
        f'response="{_hash(challenge, f"{key}:{between}:{asked}")}"',
    ]
    if "algorithm" in challenge.parameters:
        fields.append(f"algorithm={challenge.parameters['algorithm']}")
    if "opaque" in challenge.parameters:
        fields.append(f"opaque={_quoted(challenge.parameters['opaque'])}")
    if qop:
        fields += [f"qop={qop}", "nc=00000001"]
    if qop or challenge.algorithm.endswith("-sess"):
        fields.append(f'cnonce="{cnonce}"')
    return "Digest " + ", ".join(fields)


def _hash(challenge: Challenge, text: str) -> str:
    name = _HASHES[challenge.algorithm.removesuffix("-sess")]
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

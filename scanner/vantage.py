"""The place in the network from which a scan looks, by the name that its operator gives it."""

import re

from checks.policy import Policy
from inventory.errors import ConfigError
from scanner.toml_table import meant_by

VANTAGE_IN_WORDS = "a short word of letters, digits, '-', '_' and '.', such as 'guest-wifi'"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def is_vantage(name: str) -> bool:
    """Whether it can name a place: one word that any file, column or firewall's comment can hold."""
    return _NAME.fullmatch(name) is not None


def chosen(word: str | None, of_site: str, of_machine: str, policy: Policy) -> str:
    """The vantage of a scan: the command line's, else the site's, else this machine's, "" where nobody says.

    ConfigError where it is no word, or where the policy names vantages and this is none of them: a place with two spellings would be two places.
    """
    name = (of_site or of_machine) if word is None else word.strip()
    if word is not None and not is_vantage(name):
        raise ConfigError(f"--vantage must be {VANTAGE_IN_WORDS}, not {name[:80]!r}")
    known = [vantage.name for vantage in policy.vantages]
    if name and known and name not in known:
        raise ConfigError(
            f"the policy ({policy.name}) has no vantage {name!r}{meant_by(name, known)}; a new one is a [[vantage]] there"
        )
    return name

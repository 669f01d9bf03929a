"""Who decides on the suite, concluded from what was picked out of lists in different orders. Pure."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from checks.cipher_suites import all_suites

Pick = tuple[Sequence[str], str]
"""The suites that were offered in one version, in order, and the one that was picked."""


def decides(picks: Iterable[Pick], accepted: Iterable[str]) -> str:
    """ "server", "client", or "" where the picks leave it open or speak for both.

    A server that follows the client's order passes over nothing that it accepts; one that follows its own picks the same of two suites wherever both are
    offered. Lists with ChaCha20 at the front are left out, because some servers follow the client in that case alone.
    """
    usual = [(suites, picked) for suites, picked in picks if picked in suites and not _is_chacha(suites[0])]
    own = any(code in suites[: suites.index(picked)] for suites, picked in usual for code in accepted)
    follows = any(a != b and a in second and b in first for (first, a), (second, b) in combinations(usual, 2))
    return "" if own is follows else "server" if own else "client"


def _is_chacha(code: str) -> bool:
    suite = all_suites().get(code)
    return suite is not None and suite.cipher.startswith("ChaCha20")

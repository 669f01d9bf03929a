"""RSA moduli that give their primes away: made by a flawed library, of two primes side by side, or with a prime that another key has too.

No function here returns a factor: what is found out is that a key is broken, never how to use it.
"""

from collections.abc import Iterable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from functools import cache
from math import gcd, isqrt, log10

SMALLEST = 256
"""Bits. Below, a number is no RSA key, and every test finds something in it."""
_ROUNDS = 100
_LEAST_PRIME = 64
_GENERATOR = 65_537
_ROCA_PRIMES = tuple(r for r in range(3, 168, 2) if all(r % d for d in range(3, isqrt(r) + 1, 2)))
"""The odd primes up to 167: every primorial that the library used, for keys of any size, is a multiple of these."""


def is_roca(modulus: int) -> bool:
    """Whether the modulus has the form of CVE-2017-15361 ("The Return of Coppersmith's Attack", Nemec et al., ACM CCS 2017, section 2.2).

    The library's primes are k·M + (65537^a mod M) with M the product of small primes, so that modulo each of those the modulus is a power of 65537. A random
    modulus is so by chance in one case of 2^27 or less.
    """
    return modulus.bit_length() >= SMALLEST and all(modulus % r in _powers(r) for r in _ROCA_PRIMES)


@cache
def _powers(prime: int) -> frozenset[int]:
    return frozenset(pow(_GENERATOR, exponent, prime) for exponent in range(prime - 1))


def has_close_primes(modulus: int) -> bool:
    """Whether Fermat's method finds the primes within a hundred rounds (CVE-2022-26320)."""
    if modulus.bit_length() < SMALLEST or modulus % 2 == 0:
        return False
    middle = isqrt(modulus - 1) + 1
    return any(_is_square(each * each - modulus) for each in range(middle, middle + _ROUNDS))


def _is_square(number: int) -> bool:
    # A square ends in 0, 1, 4 or 9 in base 16: most numbers need no root.
    return number & 15 in (0, 1, 4, 9) and isqrt(number) ** 2 == number


def sharing_primes(moduli: Iterable[int]) -> tuple[tuple[int, ...], ...]:
    """The moduli that have a prime in common with another, in groups; equal moduli are one and share nothing.

    That one modulus divides another proves nothing against the one it divides: anybody can multiply a number that he has seen.
    """
    distinct = sorted({each for each in moduli if each % 2 and each.bit_length() >= SMALLEST})
    suspects = [
        each for each, common in zip(distinct, _common(distinct), strict=True) if common.bit_length() >= _LEAST_PRIME
    ]
    return tuple(tuple(sorted(group)) for group in _groups(suspects))


def _groups(suspects: Sequence[int]) -> list[set[int]]:
    """The suspects joined pair by pair, where what two have in common is a true part of both."""
    groups: list[set[int]] = []
    for number, one in enumerate(suspects):
        partners = {other for other in suspects[:number] if _is_shared(gcd(one, other), one, other)}
        if partners:
            touched = [group for group in groups if group & partners]
            groups = [group for group in groups if group not in touched]
            groups.append({one}.union(partners, *touched))
    return sorted(groups, key=min)


def _is_shared(common: int, one: int, other: int) -> bool:
    return common.bit_length() >= _LEAST_PRIME and common not in (one, other)


def _common(moduli: Sequence[int]) -> list[int]:
    """What each modulus has in common with the product of all others: Bernstein's product and remainder trees ("How to find smooth parts of integers", 2004),
    as by Heninger et al., "Mining your Ps and Qs", USENIX Security 2012.

    In decimal numbers, because Python multiplies and divides those by number-theoretic transforms, and its integers by schoolbook methods.
    """
    if len(moduli) < 2:
        return [1] * len(moduli)
    digits = int(sum(each.bit_length() for each in moduli) * log10(2) * 2) + 2 * len(moduli) + 64
    with localcontext(Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        levels = [[Decimal(each) for each in moduli]]
        while len(levels[-1]) > 1:
            last = levels[-1]
            levels.append([_product(last[at : at + 2]) for at in range(0, len(last), 2)])
        remainders = levels.pop()
        while levels:
            remainders = [remainders[at // 2] % (each * each) for at, each in enumerate(levels.pop())]
    return [gcd(int(left) // each, each) for left, each in zip(remainders, moduli, strict=True)]


def _product(pair: Sequence[Decimal]) -> Decimal:
    return pair[0] * pair[1] if len(pair) > 1 else pair[0]

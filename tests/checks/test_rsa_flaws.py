"""Keys built to be broken in the published ways are found, and real keys are not."""

import math
import random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from checks.contract import Member
from checks.rsa_flaws import has_close_primes, is_roca, sharing_primes
from checks.tls_guessable_key import tls_guessable_key
from checks.tls_shared_prime import tls_shared_prime
from inventory.model import Severity

CHANCE = random.Random(20171015)  # the same keys in every run


def is_prime(number):
    """Miller and Rabin, with enough bases for a test."""
    if any(number % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23)):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(
        pow(base, odd, number) == 1 or any(pow(base, odd << turn, number) == number - 1 for turn in range(twos))
        for base in (2, 3, 5, 7, 11)
    )


def prime(bits):
    return next_prime(CHANCE.getrandbits(bits) | 3 << bits - 2)


def next_prime(number):
    number |= 1
    while not is_prime(number):
        number += 2
    return number


def roca_prime(bits):
    """p = k·M + (65537^a mod M), M the product of the first 39 primes (Nemec et al., 2017, section 2.2: keys of 512 to 960 bits)."""
    primorial = math.prod(each for each in range(2, 168) if all(each % d for d in range(2, each)))
    while True:
        k, a = CHANCE.getrandbits(bits - primorial.bit_length()), CHANCE.getrandbits(62)
        number = k * primorial + pow(65537, a, primorial)
        if is_prime(number):
            return number


@pytest.fixture(scope="module")
def fresh():
    return [rsa.generate_private_key(65537, 1024).public_key().public_numbers().n for _ in range(30)]


ROCA = [roca_prime(256) * roca_prime(256) for _ in range(3)]
FIRST = prime(512)
CLOSE = FIRST * next_prime(FIRST + 2)
# Near the limit of a hundred rounds: with q = p + 2d, Fermat needs about d²/2p rounds.
EIGHTY_ROUNDS = FIRST * next_prime(FIRST + 2 * math.isqrt(160 * FIRST))
P, Q, R, S, T = (prime(256) for _ in range(5))


@pytest.mark.parametrize("modulus", ROCA)
def test_the_published_structure_of_roca_is_recognised(modulus):
    assert is_roca(modulus)


@pytest.mark.parametrize("modulus", [CLOSE, EIGHTY_ROUNDS, FIRST * FIRST])
def test_primes_side_by_side_are_recognised(modulus):
    assert has_close_primes(modulus)


def test_fresh_keys_are_neither(fresh):
    assert [n for n in fresh if is_roca(n) or has_close_primes(n)] == []


def test_keys_that_share_a_prime_are_grouped(fresh):
    assert sharing_primes([*fresh, P * Q, R * S, P * T]) == (tuple(sorted((P * Q, P * T))),)


def test_a_chain_of_shared_primes_is_one_group_and_both_primes_may_be_shared():
    assert sharing_primes([P * Q, Q * R, R * S]) == (tuple(sorted((P * Q, Q * R, R * S))),)


def test_equal_moduli_share_nothing():
    assert sharing_primes([P * Q, P * Q, R * S]) == ()


def test_fresh_keys_share_nothing(fresh):
    assert sharing_primes(fresh) == ()


def test_nobody_breaks_anothers_key_by_showing_a_multiple_of_it():
    assert sharing_primes([P * Q, 3 * P * Q]) == ()
    assert sharing_primes([P * Q, P * R, 3 * P * Q]) == (tuple(sorted((P * Q, P * R, 3 * P * Q))),)


@given(st.lists(st.integers(min_value=-5, max_value=1 << 300), max_size=6))
def test_any_numbers_end_in_an_answer(numbers):
    assert all(len(group) > 1 for group in sharing_primes(numbers))
    for number in numbers:
        assert not (number % 2 == 0 and (is_roca(abs(number)) or has_close_primes(number)))


def test_the_check_names_the_flaw_and_never_a_factor(judge, make):
    device = make(
        ("tls", 443, {"tls.spki_sha256": "aa", "tls.modulus": f"{ROCA[0]:x}", "tls.subject": "CN=lock"}),
        ("tls", 8443, {"tls.spki_sha256": "bb", "tls.modulus": f"{CLOSE:x}"}),
        ("ssh", 22, {"ssh.hostkey_sha256": "cc", "ssh.hostkey_modulus": f"{CLOSE:x}"}),
    )
    flaws = judge(tls_guessable_key, device).flaws
    assert [(flaw.facet, flaw.severity) for flaw in flaws] == [
        ("tcp/443 key.roca", Severity.HIGH),
        ("tcp/8443 key.fermat_shared_prime", Severity.CRITICAL),
        ("tcp/22 key.fermat_shared_prime", Severity.CRITICAL),
    ]
    bits = ROCA[0].bit_length()
    assert flaws[0].detail == (
        f"The certificate of CN=lock has an RSA key of {bits} bits with the fingerprint of Infineon's RSALib."
    )
    assert not any(secret in repr(flaws) for secret in (str(FIRST), f"{FIRST:x}"))


def test_an_rsa_key_whose_modulus_was_not_read_is_not_passed(judge, make):
    judged = judge(tls_guessable_key, make(("tls", 443, {"tls.spki_sha256": "aa", "tls.key_type": "rsa"})))
    assert judged.ended == "unreached"
    assert judged.reason == "192.0.2.1:443/tcp: the modulus of its RSA key was not read"


def test_an_elliptic_key_passes(judge, make):
    assert (
        judge(tls_guessable_key, make(("tls", 443, {"tls.spki_sha256": "aa", "tls.key_type": "ec"}))).ended == "passed"
    )


def fleet(make, *moduli):
    for number, modulus in enumerate(moduli):
        facts = {"tls.spki_sha256": f"{number:x}", "tls.modulus": f"{modulus:x}"}
        yield Member(make(("tls", 443, facts), identity=f"serial:{number}"))


def test_the_devices_that_share_a_prime_are_one_finding(make):
    found = list(tls_shared_prime.judge(fleet(make, P * Q, R * S, P * T)))
    assert [flaw.devices for flaw in found] == [("serial:0", "serial:2")]
    assert found[0].detail.startswith("2 devices have 2 different RSA keys with a common prime")
    assert not any(secret in repr(found) for secret in (str(P), f"{P:x}"))


def test_a_prime_that_two_keys_of_one_device_share_counts_too(make):
    device = make(
        ("tls", 443, {"tls.modulus": f"{P * Q:x}"}), ("ssh", 22, {"ssh.hostkey_modulus": f"{P * R:x}"}), identity="a"
    )
    assert [flaw.devices for flaw in tls_shared_prime.judge([Member(device)])] == [("a",)]


def test_devices_with_one_and_the_same_key_share_no_prime(make):
    assert list(tls_shared_prime.judge(fleet(make, P * Q, P * Q, R * S))) == []


def test_a_modulus_that_is_even_or_too_large_is_left_alone(make):
    assert list(tls_shared_prime.judge(fleet(make, P * 2, P * 4, 0, 1 << 16_400 | 1, (1 << 16_400) + P))) == []

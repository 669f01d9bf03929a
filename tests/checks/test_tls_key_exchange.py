import pytest

from checks import tls_key_exchange as exchange
from inventory.model import Severity

CRITICAL, HIGH, MEDIUM = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
SHA256 = "0f" * 32


@pytest.mark.parametrize(
    ("bits", "severity"),
    [
        (512, CRITICAL),
        (1023, CRITICAL),
        (1024, HIGH),
        (1535, HIGH),
        (1536, MEDIUM),
        (2047, MEDIUM),
        (2048, None),
        (4096, None),
    ],
)
def test_a_diffie_hellman_prime_is_judged_by_its_size(make, judge, tls, bits, severity):
    judged = judge(exchange.tls_weak_dh, make(("tls", 443, tls(dh_bits=bits))))
    assert [flaw.severity for flaw in judged.flaws] == ([severity] if severity else [])
    assert [f"{bits} bits" in flaw.detail for flaw in judged.flaws] == ([True] if severity else [])


@pytest.mark.parametrize(("prime", "shared"), [("RFC 2409 group 2", True), (SHA256, False), ("", False)])
def test_a_well_known_prime_is_said_to_be_one(make, judge, tls, prime, shared):
    (flaw,) = judge(exchange.tls_weak_dh, make(("tls", 443, tls(dh_bits=1024, dh_prime=prime)))).flaws
    assert ("well-known" in flaw.detail) is shared
    assert ("(RFC 2409 group 2)" in flaw.detail) is shared


def test_a_prime_that_is_long_enough_does_not_pass_while_a_shorter_may_be_there(make, judge, tls):
    facts = tls(versions=("TLSv1.2",), dh_bits=2048, settled=("null",), accepted=("TLSv1.2 0x009e",), suites=())
    assert judge(exchange.tls_weak_dh, make(("tls", 443, facts))).ended == "unreached"


@pytest.mark.parametrize("settled", [("dh",), ("suites", "dh")])
@pytest.mark.parametrize("code", ["009e", "00aa"])
def test_a_prime_that_nobody_could_read_does_not_pass(make, judge, tls, code, settled):
    facts = tls(versions=("TLSv1.2",), settled=settled, accepted=(f"TLSv1.2 0x{code}",), suites=())
    judged = judge(exchange.tls_weak_dh, make(("tls", 443, facts)))
    assert judged.ended == "unreached"
    assert "no prime that can be read" in judged.reason


@pytest.mark.parametrize("code", ["00a6", "0018", "0014"])  # DH_anon, DH_anon with RC4, DHE with 512 bits for export
def test_the_prime_of_a_suite_that_is_told_as_something_graver_is_not_asked_for(make, judge, tls, code):
    facts = tls(versions=("TLSv1.2",), settled=("dh",), accepted=(f"TLSv1.2 0x{code}",), suites=())
    assert judge(exchange.tls_weak_dh, make(("tls", 443, facts))).ended == "passed"


@pytest.mark.parametrize("check", [exchange.tls_weak_dh, exchange.tls_weak_curve], ids=lambda check: check.id)
def test_where_every_suite_is_known_and_none_has_it_there_is_nothing_to_ask(make, judge, tls, check):
    facts = tls(versions=("TLSv1.2",), settled=("suites",), accepted=("TLSv1.2 0x002f",), suites=())
    assert judge(check, make(("tls", 443, facts))).ended == "passed"


@pytest.mark.parametrize(("check", "code"), [(exchange.tls_weak_dh, "009e"), (exchange.tls_weak_curve, "c02f")])
def test_where_a_suite_has_it_its_group_must_have_been_asked(make, judge, tls, check, code):
    facts = tls(versions=("TLSv1.2",), settled=("suites",), accepted=(f"TLSv1.2 0x{code}",), suites=())
    assert judge(check, make(("tls", 443, facts))).ended == "unreached"


@pytest.mark.parametrize(
    ("groups", "severity"),
    [
        (("x25519", "secp256r1"), None),
        (("secp224r1", "sect233k1", "sect239k1", "brainpoolP256r1", "ffdhe2048", "X25519MLKEM768"), None),
        (("secp256r1", "secp192r1"), MEDIUM),
        (("sect193r2",), MEDIUM),
        (("secp192k1", "sect163k1"), HIGH),
        (("secp160r1",), HIGH),
    ],
)
def test_the_shortest_curve_decides(make, judge, tls, groups, severity):
    judged = judge(exchange.tls_weak_curve, make(("tls", 443, tls(groups=groups))))
    assert [flaw.severity for flaw in judged.flaws] == ([severity] if severity is not None else [])


def test_only_the_short_curves_are_named(make, judge, tls):
    told = ("x25519", "secp192r1", "sect163k1")
    (flaw,) = judge(exchange.tls_weak_curve, make(("tls", 443, tls(groups=told)))).flaws
    assert flaw.detail == "Agrees on keys on the elliptic curves secp192r1 and sect163k1."


def test_all_groups_asked_means_the_weak_ones_asked(make, judge, tls):
    facts = tls(versions=("TLSv1.2",), settled=("groups",), groups=("x25519",))
    assert judge(exchange.tls_weak_curve, make(("tls", 443, facts))).ended == "passed"


def test_static_keys_alone_are_a_finding(make, judge, tls):
    facts = tls(versions=("TLSv1.0", "TLSv1.2"), accepted=("TLSv1.2 0x009c", "TLSv1.0 0x002f"), suites=())
    (flaw,) = judge(exchange.tls_no_forward_secrecy, make(("tls", 443, facts))).flaws
    assert (flaw.severity, flaw.facet) == (MEDIUM, "tcp/443 cipher.no_pfs")


def test_an_anonymous_exchange_is_no_forward_secrecy(make, judge, tls):
    facts = tls(versions=("TLSv1.2",), accepted=("TLSv1.2 0x009c", "TLSv1.2 0x00a6"), suites=())
    assert judge(exchange.tls_no_forward_secrecy, make(("tls", 443, facts))).ports == [443]


@pytest.mark.parametrize(
    "facts",
    [
        {"versions": ("TLSv1.2", "TLSv1.3"), "accepted": ("TLSv1.2 0x009c",), "suites": ()},
        {"versions": ("TLSv1.2",), "accepted": ("TLSv1.2 0x009c", "TLSv1.2 0x009e"), "suites": ()},
        {"versions": ("TLSv1.0",), "accepted": (), "suites": ("TLSv1.0 0xc013",)},
    ],
)
def test_one_suite_with_forward_secrecy_is_enough(make, judge, tls, facts):
    judged = judge(exchange.tls_no_forward_secrecy, make(("tls", 443, tls(**facts))))
    assert (judged.flaws, judged.ended) == ([], "passed")

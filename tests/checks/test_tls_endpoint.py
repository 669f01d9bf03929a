"""What was not asked to its end is a doubt with a reason, whichever check rests on it."""

import pytest

from checks import tls_hardening as hardening
from checks import tls_key_exchange as exchange
from checks import tls_weak_cipher as cipher
from checks.tls_endpoint import Accepted, endpoints, in_words, listing
from checks.tls_old_version import tls_old_version
from scanner.tls.posture import left_open

CHECKS = (
    tls_old_version,
    cipher.tls_no_encryption,
    cipher.tls_anonymous,
    cipher.tls_export,
    cipher.tls_weak_cipher,
    exchange.tls_weak_dh,
    exchange.tls_weak_curve,
    exchange.tls_no_forward_secrecy,
    hardening.tls_no_aead,
    hardening.tls_compression,
    hardening.tls_insecure_renegotiation,
    hardening.tls_hardening,
    hardening.tls_advice,
)
VERSIONS_ONLY = {"tls.versions": ("TLSv1.2",), "tls.suites": ("TLSv1.2 0x002f",)}
NO_SUITES = {"accepted": (), "suites": ()}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_sound_endpoint_passes(make, judge, tls, check):
    judged = judge(check, make(("tls", 443, tls())))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_an_endpoint_that_was_asked_for_its_versions_only_is_not_passed(make, judge, check):
    judged = judge(check, make(("tls", 443, VERSIONS_ONLY)))
    assert judged.ended == "unreached"
    assert judged.reason == "192.0.2.1:443/tcp was asked for its versions only"


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check is not tls_old_version], ids=lambda check: check.id
)
def test_where_nothing_but_the_versions_was_asked_the_reason_for_that_is_all_there_is_to_say(make, judge, check):
    why = "not asked, for the device may be sent only so many packets"
    facts = {**VERSIONS_ONLY, "tls.settled": ("versions",), "tls.unsettled": left_open(VERSIONS_ONLY, why)}
    judged = judge(check, make(("tls", 443, facts)))
    assert (judged.ended, judged.reason) == ("unreached", f"192.0.2.1:443/tcp: {why}")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_an_endpoint_that_agreed_on_no_version_is_not_passed(make, judge, tls, check):
    judged = judge(check, make(("tls", 443, tls(versions=()))))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert judged.reason == "no version of TLS was agreed on at 192.0.2.1:443/tcp"


def test_why_no_version_was_agreed_on_is_told(make, judge, tls):
    judged = judge(tls_old_version, make(("tls", 443, tls(versions=(), unsettled=("versions: it is full",)))))
    assert judged.reason == "no version of TLS was agreed on at 192.0.2.1:443/tcp: it is full"


@pytest.mark.parametrize(
    ("check", "topics"),
    [
        (tls_old_version, "versions, sslv2"),
        (cipher.tls_no_encryption, "null"),
        (cipher.tls_anonymous, "anonymous"),
        (cipher.tls_export, "export"),
        (cipher.tls_weak_cipher, "rc4, des, md5, 3des"),
        (exchange.tls_weak_dh, "dh"),
        (exchange.tls_weak_curve, "weak-curves"),
        (exchange.tls_no_forward_secrecy, "forward-secrecy"),
        (hardening.tls_no_aead, "aead"),
        (hardening.tls_compression, "compression"),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_a_question_that_was_not_asked_to_its_end_is_told_with_its_reason(make, judge, tls, check, topics):
    why = tuple(f"{topic}: the 15 hellos were used up" for topic in topics.split(", "))
    facts = tls(versions=("TLSv1.2",), settled=("fallback",), unsettled=why, **NO_SUITES)
    judged = judge(check, make(("tls", 443, facts)))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert judged.reason == f"192.0.2.1:443/tcp: {topics}: the 15 hellos were used up"


def test_a_question_that_no_reason_is_told_for_was_not_asked(make, judge, tls):
    judged = judge(cipher.tls_export, make(("tls", 443, tls(versions=("TLSv1.2",), settled=("null",)))))
    assert judged.reason == "192.0.2.1:443/tcp: export: was not asked"


def test_all_suites_asked_means_every_class_asked(make, judge, tls):
    device = make(("tls", 443, tls(versions=("TLSv1.2",), settled=("suites",))))
    for check in (cipher.tls_no_encryption, cipher.tls_anonymous, cipher.tls_export, cipher.tls_weak_cipher):
        assert judge(check, device).ended == "passed"


def test_why_the_suites_were_not_all_asked_is_the_reason_of_each_class(make, judge, tls):
    facts = tls(versions=("TLSv1.2",), settled=("null",), unsettled=("suites: it fell silent",))
    assert judge(cipher.tls_export, make(("tls", 443, facts))).reason == "192.0.2.1:443/tcp: export: it fell silent"


def test_every_version_that_did_not_answer_is_told(make, judge, tls):
    why = ("versions: TLSv1.1: timed out", "versions: SSLv3: hung up")
    judged = judge(tls_old_version, make(("tls", 443, tls(settled=("sslv2", "null"), unsettled=why))))
    assert judged.reason == "192.0.2.1:443/tcp: versions: TLSv1.1: timed out, SSLv3: hung up"


def test_tls_1_3_alone_has_nothing_weak_to_ask_for(make, judge, tls):
    facts = tls(versions=("TLSv1.3",), settled=("versions",), accepted=("TLSv1.3 0x1301",), suites=())
    device = make(("tls", 443, facts))
    assert {judge(check, device).ended for check in CHECKS[1:-1]} == {"passed"}


def test_what_was_not_settled_does_not_hide_what_was_seen(make, judge, tls):
    facts = tls(settled=("rc4",), accepted=("TLSv1.2 0x0005",))
    judged = judge(cipher.tls_weak_cipher, make(("tls", 443, facts)))
    assert ([flaw.title for flaw in judged.flaws], judged.ended) == (["RC4 is accepted"], "unreached")


def test_one_doubtful_endpoint_does_not_hide_another_ones_flaw(make, judge, tls):
    device = make(("tls", 443, VERSIONS_ONLY), ("tls", 8443, tls(accepted=("TLSv1.2 0x003b",))))
    judged = judge(cipher.tls_no_encryption, device)
    assert (judged.ports, judged.ended) == ([8443], "unreached")


def test_the_pick_is_a_suite_that_was_seen_accepted(make, judge, tls):
    device = make(("tls", 443, tls(accepted=(), suites=("TLSv1.2 0x000a",))))
    assert [flaw.title for flaw in judge(cipher.tls_weak_cipher, device).flaws] == [
        "3DES or IDEA is accepted (Sweet32)"
    ]


def test_what_is_no_suite_is_left_out(make):
    told = ("TLSv1.2 0xc02f", "TLSv1.2 0xfafa", "TLSv9 0xc02f", "TLSv1.2", "", "SSLv2 0x0700c0", "TLSv1.2 0xc02f")
    (one,) = endpoints(make(("tls", 443, {"tls.accepted": told})))
    assert [(found.version, found.suite.code) for found in one.accepted] == [("TLSv1.2", "c02f"), ("SSLv2", "0700c0")]


def test_a_list_of_suites_is_short_and_names_versions_weakest_first(make):
    told = tuple(
        f"{version} 0x{code}" for version in ("TLSv1.2", "TLSv1.0") for code in ("002f", "0035", "003c", "003d")
    )
    (one,) = endpoints(make(("tls", 443, {"tls.accepted": told})))
    assert listing(list(one.accepted), 2) == (
        "TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_AES_256_CBC_SHA and 2 more, in TLSv1.0 and TLSv1.2"
    )
    assert listing(list(one.accepted), 3).count("TLS_RSA_") == 4  # "and 1 more" would be no shorter
    assert listing([Accepted("TLSv1.2", one.accepted[0].suite)]) == "TLS_RSA_WITH_AES_128_CBC_SHA, in TLSv1.2"


def test_things_are_told_in_words():
    assert (in_words(["a"]), in_words(["a", "b"]), in_words(["a", "b", "c"])) == ("a", "a and b", "a, b and c")

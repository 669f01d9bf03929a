"""The classifier against what each suite is to be judged as, and against the words of the suites' own names."""

from pathlib import Path

import pytest

from checks.cipher_suites import SEVERITIES, Weakness, all_suites, suite_name
from inventory.model import Severity

TABLE = Path(__file__).parents[1] / "bytes/tls/cipher_suites.tsv"
ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
SUITES = tuple(all_suites().values())
REGISTERED = tuple(suite for suite in SUITES if suite.name.startswith(("TLS_", "SSL_CK_")))


def test_every_suite_has_an_expectation_and_the_other_way_round():
    assert len(ROWS) == 374
    assert {row[0] for row in ROWS} == set(all_suites())


@pytest.mark.parametrize(("code", "severity", "pfs", "aead", "classes"), ROWS, ids=[row[0] for row in ROWS])
def test_the_classifier_agrees_on_the_suite(code, severity, pfs, aead, classes):
    suite = all_suites()[code]
    found = "ok" if suite.severity is None else suite.severity.label
    said = ",".join(weakness for weakness in Weakness if weakness in suite.weaknesses - {Weakness.DHE}) or "-"
    assert (found, suite.forward_secret, suite.aead, said) == (severity, pfs == "pfs", aead == "aead", classes)


@pytest.mark.parametrize(
    ("word", "weakness"),
    [
        ("_NULL", Weakness.NULL),
        ("_anon_", Weakness.ANONYMOUS),
        ("_EXPORT", Weakness.EXPORT),
        ("RC4_", Weakness.RC4),
        ("_DES_CBC", Weakness.DES),
        ("DES40", Weakness.DES),
        ("_RC2_", Weakness.DES),
        ("3DES", Weakness.TRIPLE_DES),
        ("DES_192_EDE3", Weakness.TRIPLE_DES),
        ("IDEA", Weakness.TRIPLE_DES),
        ("_MD5", Weakness.MD5),
        ("TLS_RSA_", Weakness.STATIC),
        ("TLS_PSK_WITH", Weakness.STATIC),
        ("TLS_ECDH_", Weakness.STATIC),
    ],
)
def test_whatever_a_suite_calls_itself_it_is_of_that_class(word, weakness):
    named = [suite for suite in REGISTERED if word in suite.name]
    assert named
    assert [suite.name for suite in named if weakness not in suite.weaknesses] == []


@pytest.mark.parametrize("suite", REGISTERED, ids=lambda suite: suite.code)
def test_the_words_of_a_name_agree_with_its_columns(suite):
    name = suite.name
    assert suite.aead == any(word in name for word in ("_GCM", "_CCM", "POLY1305"))
    assert suite.anonymous == ("_anon_" in name or name in ("TLS_NULL_WITH_NULL_NULL", "SSL_CK_NULL"))
    if name.startswith(("TLS_ECDHE_", "TLS_DHE_")):
        assert suite.forward_secret
    for bits in ("128", "256"):
        if f"_{bits}_" in name and "EXPORT" not in name:
            assert suite.cipher.endswith(f"({bits})")
    for mac in ("SHA256", "SHA384", "MD5"):
        if name.endswith(f"_{mac}") and not suite.aead:
            assert suite.mac == mac
    if name.endswith("_SHA"):
        assert suite.mac == "SHA1"


def test_a_suite_is_as_bad_as_its_worst_class():
    for suite in SUITES:
        assert suite.severity == max((SEVERITIES[weakness] for weakness in suite.weaknesses), default=None)


def test_what_every_guideline_recommends_is_not_held_against_a_device():
    for code in ("1301", "1302", "1303", "c02b", "c02c", "c02f", "c030", "cca8", "cca9"):
        assert all_suites()[code].severity is None


def test_dhe_is_only_worth_knowing():
    assert all_suites()["009e"].severity is Severity.INFO


def test_a_code_point_that_nobody_named_is_its_own_name():
    assert (suite_name("c02f"), suite_name("fafa")) == ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "0xfafa")

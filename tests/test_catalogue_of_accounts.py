"""The catalogue of accounts as it is shipped: enough of it, each entry with a maker that can be recognised, and none of the defects of its sources."""

import re
import unicodedata

import pytest

from checks.credentials import load_catalogue, read
from scanner.fingerprint import load_fingerprints

CATALOGUE = load_catalogue()
ACCOUNTS = [(entry, account) for entry in CATALOGUE for account in entry.accounts]
_NOTE = re.compile(
    r"<.*>|\(.*\)|\b(?:n/a|none|unknown|serial|see |note|changes? me|same as|last \d|digits|mac address|random|calculated|often)\b"
    r"|add-serial|serial#",
    re.IGNORECASE,
)
"""What the public lists write where no password stands: a note is nothing to type at a login."""
ENTRY = """
[[entry]]
id = "one"
vendor = "Acme"
products = ["^CAM"]
examples = ["CAM-3"]
protocol = ["http"]
accounts = [{ user = "admin", password = "s3cret" }]
source = "manual: Acme CAM"
seldom = true
"""
_SOFTWARE = ("oracle database", "sap", "wordpress", "tomcat", "weblogic", "jenkins", "award", "ami", "phoenix")


def plain(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())


CLAIMED = {plain(entry.claims["vendor"]) for entry in load_fingerprints() if "vendor" in entry.claims}


def test_there_are_accounts_of_many_vendors():
    assert len(ACCOUNTS) >= 1_500
    assert len({plain(entry.vendor) for entry in CATALOGUE}) >= 300


def test_a_vendor_is_spelt_in_one_way():
    spellings: dict[str, set[str]] = {}
    for entry in CATALOGUE:
        spellings.setdefault(plain(entry.vendor), set()).add(entry.vendor)
    assert [names for names in spellings.values() if len(names) > 1] == []


def test_each_vendor_is_claimed_by_a_fingerprint_or_says_why_none_claims_it():
    silent = [e.id for e in CATALOGUE if plain(e.vendor) not in CLAIMED and not e.no_fingerprint]
    needless = [e.id for e in CATALOGUE if plain(e.vendor) in CLAIMED and e.no_fingerprint]
    assert (silent, needless) == ([], [])


def test_no_note_of_the_public_lists_stands_for_a_user_or_a_password():
    noted = [(e.id, a.user) for e, a in ACCOUNTS if _NOTE.search(a.user) or _NOTE.search(a.password)]
    assert noted == []


def test_no_account_has_blanks_around_it_or_line_breaks_in_it():
    marred = [e.id for e, a in ACCOUNTS for text in (a.user, a.password) if text != text.strip() or "\n" in text]
    assert marred == []


def test_a_community_has_no_user():
    assert [e.id for e, a in ACCOUNTS if "snmp" in e.protocols and a.user] == []


def test_where_a_name_must_be_given_an_account_has_one():
    named = {"ssh", "ftp", "rtsp", "onvif", "sip", "mqtt", "postgresql", "mysql"}
    assert [e.id for e, a in ACCOUNTS if named & set(e.protocols) and not a.user] == []


def test_no_expression_takes_every_model():
    anything = ("", "Q-0")
    assert [e.id for e in CATALOGUE for p in e.products if any(p.search(model) for model in anything)] == []


def test_an_example_that_no_expression_finds_is_refused():
    with pytest.raises(ValueError, match="its example 'NVR-1' is found by none of its products"):
        read(ENTRY.replace('["CAM-3"]', '["CAM-3", "NVR-1"]'), "acme.toml")


def test_an_expression_that_finds_none_of_the_examples_is_refused():
    with pytest.raises(ValueError, match=r"none of its examples is found by '\^NVR'"):
        read(ENTRY.replace('["^CAM"]', '["^CAM", "^NVR"]'), "acme.toml")


def test_an_entry_says_whether_it_is_seldom_met():
    assert [entry.seldom for entry in read(ENTRY + ENTRY.replace("seldom = true", ""), "acme.toml")] == [True, False]
    with pytest.raises(ValueError, match="seldom must be true or false"):
        read(ENTRY.replace("seldom = true", 'seldom = "yes"'), "acme.toml")


@pytest.mark.parametrize("name", _SOFTWARE)
def test_no_software_and_no_setup_menu_of_a_computer_stands_in_it(name):
    assert [entry.id for entry in CATALOGUE if entry.vendor.casefold() == name] == []

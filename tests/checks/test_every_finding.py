"""Every finding that the product can make has an act, a source and its clauses: the checks, the rules of TLS, the rows of exposures, and each special case.

What the tests of the checks make of hand-made devices is walked as well: `judge` (conftest.py) lets no flaw pass that lacks one of these. And what the scan of
all fakes finds is walked in tests/test_city.py.
"""

from typing import Any

import pytest

from checks.contract import Check, Flaw, FleetCheck, informed, load_checks, load_fleet_checks
from checks.default_credentials import default_credentials
from checks.exposure import all_exposures
from checks.first_run import SIGNS
from checks.ipmi_weak_login import LOCKS, ipmi_weak_login
from checks.known_keys import KnownKeys, Listed
from checks.no_authentication import SERVICES, no_authentication
from checks.profiles import all_profiles, profile_named
from checks.rules import all_rules
from checks.snmp_default_community import snmp_default_community
from checks.standards import (
    attack_names,
    cited,
    clauses,
    framework_of,
    frameworks,
    in_words,
    subjects,
    techniques,
    weakness_names,
    weaknesses,
    whom_they_bind,
)
from checks.tls_certificate_names import tls_certificate_vendor_default
from checks.tls_known_key import tls_known_key
from checks.unauthenticated_control import PROTOCOLS
from checks.vendor_certificates import factory_default, named_by
from tests.grounds import NONE_THERE, OWED, faults

EVERY: tuple[Check | FleetCheck, ...] = (*load_checks(), *load_fleet_checks())


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_a_check_names_an_act_a_source_and_clauses_that_are_true(check):
    assert faults(check.id, check.remedy, check.standards, check.sources, check.act) == []


@pytest.mark.parametrize("rule", all_rules().values(), ids=lambda rule: rule.id)
def test_a_rule_of_tls_names_an_act_a_source_and_clauses_that_are_true(rule):
    assert faults(rule.id, rule.remedy, rule.standards, rule.sources, rule.act) == []


@pytest.mark.parametrize("row", all_exposures(), ids=lambda row: row.id)
def test_a_row_of_the_exposures_names_an_act_a_source_and_clauses_that_are_true(row):
    assert faults(row.check, row.remedy, row.standards, (row.source,), row.act) == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: f"{service.protocol} {service.wrong[:20]}")
def test_a_service_that_lets_everyone_in_names_an_act_and_a_source(service):
    act = service.act or no_authentication.act
    assert faults("no-authentication", service.remedy, no_authentication.standards, (service.source,), act) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.facet)
def test_a_lock_of_a_management_processor_names_an_act_a_source_and_clauses_that_are_true(lock):
    standards = lock.standards or ipmi_weak_login.standards
    assert faults("ipmi-weak-login", lock.remedy, standards, (lock.source,), lock.act) == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_control_protocol_names_its_specification(protocol):
    assert PROTOCOLS[protocol].source


def test_a_sign_of_a_device_without_an_owner_names_where_it_stands():
    assert all(sign.source for sign in SIGNS)


@pytest.mark.parametrize("name", all_profiles())
def test_each_clause_of_a_profile_is_of_a_known_edition(name):
    assert [clause.standard for clause in profile_named(name).clauses if framework_of(clause.standard) is None] == []


# The table of standards.


def test_these_are_the_standards_and_whom_each_binds():
    assert {framework.id: framework.binds for framework in frameworks()} == {
        "ETSI EN 303 645 v3.1.3": "manufacturers",
        "NIST IR 8425": "manufacturers",
        "IEC 62443-4-2:2019": "manufacturers",
        "EU CRA 2024/2847 Annex I": "manufacturers",
        "EN 18031-1:2024": "manufacturers",
        "UK PSTI SI 2023/1007 Schedule 1": "manufacturers",
        "OWASP IoT Top 10 2018": "nobody",
        "CIS Controls v8.1": "operators",
        "PCI DSS v4.0.1": "operators",
        "IEC 62443-3-3:2013": "operators",
        "NIST SP 800-82 Rev. 3": "operators",
        "NIST SP 800-52r2": "operators",
        "NIST SP 800-131Ar2": "operators",
        "BSI TR-02102-2 2026-01": "operators",
        "BSI TR-02102-2 2025-01": "operators",
        "Mozilla Server Side TLS 6.0": "nobody",
        "RFC": "nobody",
        "MITRE ATT&CK for ICS": "nobody",
        "CWE": "nobody",
        "CVE": "nobody",
    }


@pytest.mark.parametrize("framework", frameworks(), ids=lambda framework: framework.id)
def test_a_standard_says_which_edition_it_is_who_publishes_it_and_whom_it_binds(framework):
    assert framework.edition
    assert framework.title
    assert framework.publisher
    assert framework.source
    assert framework.note.endswith(".")
    assert ("vendor" in framework.note) == (framework.binds == "manufacturers")
    assert framework.binds.removesuffix("s") in framework.note


def test_attck_is_cited_as_its_owner_wants_it():
    (attack,) = [framework for framework in frameworks() if framework.id == "MITRE ATT&CK for ICS"]
    assert (
        attack.attribution
        == "© The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation."
    )


@pytest.mark.parametrize("subject", subjects())
def test_a_subject_has_a_clause_of_each_standard_that_is_owed_unless_there_is_none(subject):
    excused = NONE_THERE["CWE-506"] if subject == "malware" else {}
    there = {framework.name for framework in cited(clauses(subject))}
    assert set(OWED) - {"CWE"} - set(excused) <= there


@pytest.mark.parametrize(
    "clause",
    [
        "ETSI EN 303 645 v2.1.1: 5.5-1",
        "ETSI EN 303 645: 5.5-1",
        "ETSI EN 303 645 v3.1.3: 5.5",
        "IEC 62443-4-2:2019: SR 1.1",
        "EU CRA 2024/2847 Annex I: Part III (1)",
        "NIST IR 8425: Passwords (1)",
        "CWE-319 Cleartext",
        "OWASP IoT",
        "",
    ],
)
def test_a_clause_of_another_edition_or_form_is_of_no_standard(clause):
    assert framework_of(clause) is None


def test_a_clause_named_without_its_edition_gets_it():
    assert clauses("IEC 62443-4-2: CR 7.7", "ETSI EN 303 645: 5.6-1", "CWE-306") == (
        "IEC 62443-4-2:2019: CR 7.7",
        "ETSI EN 303 645 v3.1.3: 5.6-1",
        "CWE-306",
    )


def test_an_unknown_subject_is_an_error_of_ours():
    with pytest.raises(KeyError, match="passwords"):
        clauses("passwords")


def test_a_clause_that_two_subjects_share_stands_there_once():
    both = clauses("default-credentials", "shared-credentials")
    assert both.count("ETSI EN 303 645 v3.1.3: 5.1-1") == 1


def test_clauses_are_told_by_standard_and_weaknesses_by_name():
    told = in_words(
        (
            "CWE-319",
            "RFC 9325: 3.2",
            "RFC 6797: 7",
            "IEC 62443-4-2:2019: CR 3.1",
            "IEC 62443-4-2:2019: CR 4.1",
            "BSI TR-02102-2 2026-01",
        )
    )
    assert told == (
        "CWE-319 Cleartext Transmission of Sensitive Information",
        "RFC 9325: 3.2, RFC 6797: 7",
        "IEC 62443-4-2:2019: CR 3.1, CR 4.1",
        "BSI TR-02102-2 2026-01",
    )


def test_the_closing_sentence_names_only_what_binds_manufacturers():
    assert whom_they_bind(
        ("CWE-319", "CIS Controls v8.1: 4.8", "IEC 62443-4-2:2019: CR 7.7", "ETSI EN 303 645 v3.1.3: 5.6-1")
    ) == (
        "ETSI EN 303 645 and IEC 62443-4-2 bind manufacturers: cite them towards the vendor, they are no duty of the city."
    )
    assert whom_they_bind(("NIST IR 8425: Software Update",)) == (
        "NIST IR 8425 binds manufacturers: cite it towards the vendor, it is no duty of the city."
    )
    assert whom_they_bind(("CWE-319", "CIS Controls v8.1: 4.8")) == ""


def test_weaknesses_and_techniques_are_picked_out_and_mitigations_are_no_techniques():
    standards = clauses("CWE-1392", "default-credentials")
    assert weaknesses(standards) == ("CWE-1392",)
    assert techniques(standards) == ("T0812 Default Credentials",)


# The names, as their owners write them: attack.mitre.org (ics, v18) and cwe.mitre.org (4.14).


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("T0812", "Default Credentials"),
        ("T0814", "Denial of Service"),
        ("T0822", "External Remote Services"),
        ("T0830", "Adversary-in-the-Middle"),
        ("T0842", "Network Sniffing"),
        ("T0855", "Unauthorized Command Message"),
        ("T0857", "System Firmware"),
        ("T0859", "Valid Accounts"),
        ("T0866", "Exploitation of Remote Services"),
        ("T0869", "Standard Application Layer Protocol"),
        ("T0883", "Internet Accessible Device"),
        ("T0884", "Connection Proxy"),
        ("T0886", "Remote Services"),
        ("T0891", "Hardcoded Credentials"),
        ("M0801", "Access Management"),
        ("M0802", "Communication Authenticity"),
        ("M0804", "Human User Authentication"),
        ("M0807", "Network Allowlists"),
        ("M0808", "Encrypt Network Traffic"),
        ("M0817", "Supply Chain Management"),
        ("M0927", "Password Policies"),
        ("M0930", "Network Segmentation"),
        ("M0931", "Network Intrusion Prevention"),
        ("M0935", "Limit Access to Resource Over Network"),
        ("M0937", "Filter Network Traffic"),
        ("M0942", "Disable or Remove Feature or Program"),
        ("M0945", "Code Signing"),
        ("M0947", "Audit"),
        ("M0951", "Update Software"),
        ("M0954", "Software Configuration"),
    ],
)
def test_an_id_of_attck_is_called_as_mitre_calls_it(number, name):
    assert attack_names()[number] == name


def test_all_techniques_and_mitigations_are_there():
    assert len([number for number in attack_names() if number.startswith("T")]) == 83
    assert len([number for number in attack_names() if number.startswith("M")]) == 52


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("CWE-287", "Improper Authentication"),
        ("CWE-295", "Improper Certificate Validation"),
        ("CWE-306", "Missing Authentication for Critical Function"),
        ("CWE-321", "Use of Hard-coded Cryptographic Key"),
        ("CWE-326", "Inadequate Encryption Strength"),
        ("CWE-327", "Use of a Broken or Risky Cryptographic Algorithm"),
        ("CWE-489", "Active Debug Code"),
        ("CWE-668", "Exposure of Resource to Wrong Sphere"),
        ("CWE-1104", "Use of Unmaintained Third Party Components"),
        ("CWE-1188", "Initialization of a Resource with an Insecure Default"),
        ("CWE-1277", "Firmware Not Updateable"),
        ("CWE-1392", "Use of Default Credentials"),
        ("CWE-1394", "Use of Default Cryptographic Key"),
        ("CWE-1395", "Dependency on Vulnerable Third-Party Component"),
    ],
)
def test_a_weakness_is_called_as_mitre_calls_it(number, name):
    assert weakness_names()[number] == name


# The walk itself finds what is wrong.


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"remedy": "Consider turning Telnet off."}, "does not begin with an act"),
        ({"remedy": "Turn Telnet off if possible, please."}, "vague"),
        ({"sources": ()}, "no source"),
        ({"act": "pray"}, "no kind of work"),
        ({"standards": ("CWE-319",)}, "no clause of ETSI EN 303 645"),
        ({"standards": (*clauses("CWE-319", "cleartext"), "ETSI EN 303 645 v2.1.1: 5.5-1")}, "no known edition"),
        (
            {"standards": clauses("cleartext", "CWE-319", "MITRE ATT&CK for ICS: T0812 Password Spraying")},
            "calls it otherwise",
        ),
        ({"standards": clauses("cleartext", "CWE-9999")}, "no name is known"),
    ],
)
def test_a_finding_without_its_grounds_is_noticed(changed, fault):
    sound: dict[str, Any] = {
        "remedy": "Turn Telnet off and use SSH.",
        "standards": clauses("CWE-319", "cleartext"),
        "sources": ("RFC 854",),
        "act": "switch-off",
    }
    assert faults("one", **sound) == []
    assert any(fault in told for told in faults("one", **sound | changed))


# What a row of data says, its finding says with the row's own source.


@pytest.mark.parametrize("check", [default_credentials, snmp_default_community], ids=lambda check: check.id)
def test_the_entry_is_named_that_an_account_is_from_and_its_source_which_may_quote_the_password_is_not(
    make, judge, opens, check
):
    opened = opens(("http", "admin", "12345"), ("snmp", "", "public"))
    device = make(
        ("http", 80, {"http.auth": "basic"}),
        claims={"vendor": "Hikvision", "model": "DS-2CD2142FWD-I", "kind": "camera"},
    )
    (flaw,) = judge(check, device, opened).flaws
    assert flaw.sources == (f"catalogue of documented accounts, entry {flaw.account.partition(':')[0]}",)


def test_a_certificate_that_came_with_the_product_is_told_with_the_source_of_its_row(make, judge, tls):
    facts = tls(
        subject="CN=localhost.localdomain,OU=SomeOrganizationalUnit,O=SomeOrganization,L=SomeCity,ST=SomeState,C=--"
    )
    found = factory_default(str(facts["tls.subject"]), "")
    if found is None:
        pytest.fail("the table does not know mod_ssl's own certificate")
    (flaw,) = judge(tls_certificate_vendor_default, make(("tls", 443, facts))).flaws
    assert flaw.sources == (named_by(found),)
    assert len(flaw.sources[0]) > len(found.source)  # the word of the table is spelled out


def test_a_key_of_the_operators_own_list_is_told_with_that_list(make):
    listed = KnownKeys({"ab" * 32: Listed("stolen.txt line 3")})
    (check,) = informed((tls_known_key,), {"keys": listed})
    device = make(("ssh", 22, {"ssh.hostkey_sha256": "ab" * 32}))
    (flaw,) = [said for said in check.judge(device) if isinstance(said, Flaw)]
    assert flaw.sources == ("the list stolen.txt line 3",)

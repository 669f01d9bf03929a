import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import ldap

TARGET = Target(Endpoint("192.0.2.1", 389))
# RFC 4511, section 4.5.1: base "", baseObject, neverDerefAliases, one entry, five seconds, with values, (objectClass=*), five attributes.
READ = (
    bytes.fromhex("308183 020101 637e 0400 0a0100 0a0100 020101 020105 010100 870b")
    + b"objectClass0^\x04\nvendorName\x04\rvendorVersion\x04\x14supportedLDAPVersion\x04\x12supportedExtension\x04\x17supportedSASLMechanisms"
)
# Recorded from slapd 2.5.13 with TLS, over 127.0.0.1; shortened to two extensions and two mechanisms.
EXTENSIONS = b"\x04\x12supportedExtension1\x31\x04\x161.3.6.1.4.1.1466.20037\x04\x171.3.6.1.4.1.4203.1.11.1"
VERSIONS = b"\x04\x14supportedLDAPVersion1\x03\x04\x013"
MECHANISMS = b"\x04\x17supportedSASLMechanisms1\x16\x04\x0aDIGEST-MD5\x04\x08CRAM-MD5"
# RFC 3045, in the words of 389 Directory Server.
VENDOR = b"\x04\x0avendorName1\x15\x04\x13389 Project of Test"
DONE = bytes.fromhex("300c 020101 6507 0a0100 0400 0400")
REFUSED = bytes.fromhex("301b 020101 6516 0a0130 0400 040f") + b"no anonymous..."  # inappropriateAuthentication
UNBIND = bytes.fromhex("3005 020102 4200")


def entry(*attributes: bytes) -> bytes:
    listed = b"".join(b"0" + bytes((len(each),)) + each for each in attributes)
    listed = b"\x04\x000\x82" + len(listed).to_bytes(2, "big") + listed
    listed = b"\x02\x01\x01\x64\x82" + len(listed).to_bytes(2, "big") + listed
    return b"0\x82" + len(listed).to_bytes(2, "big") + listed


WHOLE = entry(EXTENSIONS, VERSIONS, MECHANISMS, VENDOR)


def test_reads_what_the_server_says_of_itself_and_leaves(recite):
    heard, sent = recite(ldap.probe(TARGET), [WHOLE + DONE])
    assert heard.facts == {
        "ldap.code": 0,
        "ldap.vendor": "389 Project of Test",
        "ldap.protocol_versions": ("3",),
        "ldap.mechanisms": ("DIGEST-MD5", "CRAM-MD5"),
        "ldap.starttls": True,
    }
    assert sent == [READ, UNBIND]
    assert all(any(say.allows(request) for say in ldap.SAYS) for request in sent)


def test_a_bind_a_change_and_another_search_are_not_in_its_says():
    bind = bytes.fromhex("300c 020101 6007 020103 0400 8000")
    for request in (
        bind,
        READ.replace(b"\x0a\x01\x00", b"\x0a\x01\x02", 1),
        READ.replace(b"vendorName", b"userPasswd"),
    ):
        assert not any(say.allows(request) for say in ldap.SAYS)


def test_a_server_that_answers_nobody_speaks_ldap_all_the_same(recite):
    heard, _ = recite(ldap.probe(TARGET), [REFUSED])
    assert heard.facts == {"ldap.code": 48}


def test_a_server_that_lists_no_starttls_does_not_offer_it(recite):
    heard, _ = recite(ldap.probe(TARGET), [entry(EXTENSIONS.replace(b"1466", b"1467")) + DONE])
    assert heard.facts["ldap.starttls"] is False


def test_inside_tls_there_is_no_word_of_starttls(recite):
    heard, _ = recite(ldap.probe(Target(TARGET.endpoint, tls=True)), [WHOLE + DONE])
    assert "ldap.starttls" not in heard.facts


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 400\r\n\r\n", b"0\x80", b"0\x85" + bytes(9), b"0\x84\xff\xff\xff\xff", entry(VENDOR) * 5]
)
def test_what_is_no_answer_is_a_peer_error(recite, said):
    with pytest.raises(PeerError):
        recite(ldap.probe(TARGET), [said])


def test_an_answer_cut_anywhere_is_a_peer_error(recite):
    for size in range(len(WHOLE + DONE)):
        with pytest.raises(PeerError):
            recite(ldap.probe(TARGET), [(WHOLE + DONE)[:size]])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.binary(max_size=60))
def test_a_broken_entry_ends_in_facts_or_in_a_peer_error(recite, at, value, junk):
    broken = WHOLE[:at] + bytes((value,)) + WHOLE[at + 1 :]
    try:
        heard, _ = recite(ldap.probe(TARGET), [broken + DONE + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(ldap.FACTS)

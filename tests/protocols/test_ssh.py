from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs import ssh_wire
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import ssh

TARGET = Target(Endpoint("192.0.2.1", 22))
BYTES = Path(__file__).parent.parent / "bytes/ssh"
DROPBEAR = (BYTES / "dropbear-2022.83-rsa.bin").read_bytes()
OPENSSH = (BYTES / "openssh-9.2-ed25519.bin").read_bytes()
BANNER = b"SSH-2.0-dropbear_2012.55\r\n"


def said(sent: list[bytes]) -> bool:
    return bool(sent) and all(any(say.allows(request) for say in ssh.SAYS) for request in sent)


def kexinit(kex: bytes) -> bytes:
    """RFC 4253 section 7.1: ten name-lists, a guess, a reserved number."""
    lists = (kex, b"ssh-rsa", b"a", b"3des-cbc", b"b", b"hmac-md5", b"none", b"none", b"", b"")
    return ssh_wire.packet(b"\x14" + bytes(16) + b"".join(ssh_wire.string(names) for names in lists) + bytes(5))


def test_reads_banner_algorithms_and_host_key_of_openssh(recite):
    heard, sent = recite(ssh.probe(TARGET), [OPENSSH])
    assert str(heard.facts["ssh.software"]).startswith("OpenSSH_9.2")
    assert str(heard.facts["ssh.comment"]).startswith("Debian")
    assert "curve25519-sha256" in heard.facts["ssh.kex"]
    assert heard.facts["ssh.hostkey_algorithms"] == ("ssh-ed25519",)
    assert "chacha20-poly1305@openssh.com" in heard.facts["ssh.ciphers"]
    assert "hmac-sha2-256" in heard.facts["ssh.macs"]
    assert heard.facts["ssh.hostkey_type"] == "ssh-ed25519"
    # As ssh-keygen printed the key of the recording.
    assert heard.facts["ssh.hostkey_sha256"] == "5e00101319e3a14bf0108a36fb0c8e16fdf97baaa7c77253b6548adcd72366f3"
    assert said(sent)
    assert len(sent) == 4


def test_reads_the_rsa_key_of_dropbear(recite):
    heard, sent = recite(ssh.probe(TARGET), [DROPBEAR])
    assert heard.facts["ssh.software"] == "dropbear_2022.83"
    assert "ssh.comment" not in heard.facts
    assert heard.facts["ssh.hostkey_type"] == "ssh-rsa"
    # As OpenSSH 9.2 and OpenSSL 3.0.22 print them: ssh-keygen -l -E md5, ssh-keygen -e -m PKCS8 | openssl pkey -pubin -outform DER | sha256sum.
    assert heard.facts["ssh.hostkey_md5"] == "dfb4f065f311f2b62ee8f8f2181b21b2"
    assert heard.facts["ssh.hostkey_spki_sha256"] == "354a6d68451f281decdfaf7dc3edc85e19033e3bdd6ecf4743392cd5790fa699"
    assert str(heard.facts["ssh.hostkey_modulus"]).startswith("ad0e7f9529c6121142d9ab2acc4950b667546f5399e1cf14a72c")
    assert len(str(heard.facts["ssh.hostkey_modulus"])) == 512
    assert heard.evidence == b"SSH-2.0-dropbear_2022.83"
    assert said(sent)


def test_lines_may_come_before_the_version(recite):
    heard, _ = recite(ssh.probe(TARGET), [b"Welcome\r\nAuthorised use only\r\n" + DROPBEAR])
    assert heard.facts["ssh.banner"] == "SSH-2.0-dropbear_2022.83"


@pytest.mark.parametrize("line", [b"SSH-1.5-1.2.27\n", b"SSH-1.5-Cisco-1.25"])
def test_ssh_1_is_noted_and_left_alone(recite, line):
    heard, sent = recite(ssh.probe(TARGET), [line])
    assert str(heard.facts["ssh.banner"]).startswith("SSH-1.5-")
    assert sent == []


def test_a_server_that_hangs_up_after_its_banner_has_a_banner(recite):
    heard, _ = recite(ssh.probe(TARGET), [BANNER])
    assert heard.facts == {"ssh.banner": "SSH-2.0-dropbear_2012.55", "ssh.software": "dropbear_2012.55"}


def test_a_key_exchange_that_fails_costs_only_the_host_key(recite):
    refused = ssh_wire.packet(b"\x01\0\0\0\x03\0\0\0\0\0\0\0\0")  # SSH_MSG_DISCONNECT, key exchange failed
    heard, _ = recite(ssh.probe(TARGET), [BANNER + kexinit(b"diffie-hellman-group1-sha1") + refused])
    assert heard.facts["ssh.kex"] == ("diffie-hellman-group1-sha1",)
    assert heard.facts["ssh.ciphers"] == ("3des-cbc",)
    assert "ssh.hostkey_type" not in heard.facts


def test_without_a_common_key_exchange_it_says_goodbye(recite):
    heard, sent = recite(ssh.probe(TARGET), [BANNER + kexinit(b"kexguess2@matt.ucc.asn.au")])
    assert heard.facts["ssh.kex"] == ("kexguess2@matt.ucc.asn.au",)
    assert sent == [ssh.BANNER, ssh_wire.packet(ssh_wire.disconnect())]


def test_debug_messages_are_passed_over(recite):
    debug = ssh_wire.packet(b"\x04\x00" + ssh_wire.string(b"hello") + ssh_wire.string(b""))
    banner, _, rest = DROPBEAR.partition(b"\n")
    heard, _ = recite(ssh.probe(TARGET), [banner + b"\n" + debug + rest])
    assert heard.facts["ssh.hostkey_type"] == "ssh-rsa"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n" * 30, b"x" * 5000, b"220 ready\r\n", b""])
def test_what_is_not_ssh_ends_in_a_peer_error(recite, answer):
    with pytest.raises((ProtocolError, PeerClosed)):
        recite(ssh.probe(TARGET), [answer])


@pytest.mark.parametrize("size", range(8, len(OPENSSH), 29))
def test_an_answer_cut_anywhere_keeps_the_banner(recite, size):
    heard, sent = recite(ssh.probe(TARGET), [OPENSSH[:size]])
    assert set(heard.facts) <= set(ssh.FACTS)
    assert str(heard.facts["ssh.banner"]).startswith("SSH-2.0-")
    assert not sent or said(sent)


def test_lists_are_short_enough_for_old_dropbear():
    for names in (ssh_wire.KEX, ssh_wire.HOST_KEYS, ssh_wire.CIPHERS, ssh_wire.MACS):
        assert len(names) <= 20
    assert len(ssh_wire.packet(ssh_wire.kexinit(bytes(16)))) <= 1400


def test_rsa_is_asked_for_last():
    kinds = [name.split("-")[0] for name in ssh_wire.HOST_KEYS[:4]]
    assert kinds == ["ssh", "ecdsa", "ecdsa", "ecdsa"]
    assert ssh_wire.HOST_KEYS[0] == "ssh-ed25519"


def test_numbers_keep_their_sign_bit_clear():
    # RFC 4251 section 5, the examples of mpint.
    assert ssh_wire.mpint(0x9A378F9B2E332A7) == bytes.fromhex("00000008 09a378f9b2e332a7")
    assert ssh_wire.mpint(0x80) == bytes.fromhex("00000002 0080")


@pytest.mark.parametrize("kex", ssh_wire.KEX)
def test_each_first_message_is_in_its_says(kex):
    for _ in range(5):
        assert said([ssh_wire.packet(ssh_wire.exchange_start(kex))])


@pytest.mark.parametrize("payload", [b"\x05\0\0\0\x0cssh-userauth", b"\x32" + bytes(40), b"\x15"])
def test_its_says_allow_no_login(payload):
    assert not said([ssh_wire.packet(payload)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b"SSH-2.0-", BANNER, BANNER + kexinit(b"curve25519-sha256")]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, sent = recite(ssh.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(ssh.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
    assert not sent or said(sent)

import base64
import hashlib
import subprocess

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import ssh

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 22))


def said(peer):
    return all(any(say.allows(request) for say in ssh.SAYS) for request in peer.sent)


def blob_hash(line: str) -> str:
    """Of a line "ssh-rsa AAAA… comment"."""
    return hashlib.sha256(base64.b64decode(line.split()[1])).hexdigest()


def keygen(path, kind: str, *options: str) -> str:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path), *options], check=True, capture_output=True
    )
    return blob_hash(path.with_suffix(".pub").read_text())


@pytest.mark.parametrize(
    ("kind", "name"), [("ed25519", "ssh-ed25519"), ("ecdsa", "ecdsa-sha2-nistp256"), ("rsa", "ssh-rsa")]
)
def test_reads_the_host_key_of_sshd(serve, hold, tmp_path, kind, name):
    expected = keygen(tmp_path / "key", kind)
    port = serve("sshd", "-D", "-e", "-f", "/dev/null", "-p", "{port}", "-h", str(tmp_path / "key"), *ANYWHERE)
    heard, peer = hold(ssh.probe(TARGET), port)
    assert heard.facts["ssh.hostkey_type"] == name
    assert heard.facts["ssh.hostkey_sha256"] == expected
    assert str(heard.facts["ssh.software"]).startswith("OpenSSH_")
    assert "aes128-ctr" in heard.facts["ssh.ciphers"]
    assert peer.connections == 1
    assert said(peer)


ANYWHERE = ("-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none", "-o", "UsePAM=no")


@pytest.mark.parametrize(
    "kex",
    [
        "curve25519-sha256",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ],
)
def test_carries_each_key_exchange_as_far_as_the_host_key(serve, hold, tmp_path, kex):
    expected = keygen(tmp_path / "key", "ed25519")
    options = ("-o", f"KexAlgorithms={kex}")
    key = str(tmp_path / "key")
    port = serve("sshd", "-D", "-e", "-f", "/dev/null", "-p", "{port}", "-h", key, *ANYWHERE, *options)
    heard, peer = hold(ssh.probe(TARGET), port)
    assert heard.facts["ssh.kex"] == (kex,) or kex in heard.facts["ssh.kex"]
    assert heard.facts["ssh.hostkey_sha256"] == expected
    assert said(peer)


@pytest.mark.parametrize(
    ("kind", "name"), [("rsa", "ssh-rsa"), ("ed25519", "ssh-ed25519"), ("ecdsa", "ecdsa-sha2-nistp256")]
)
def test_reads_the_host_key_of_dropbear(serve, hold, tmp_path, kind, name):
    key = tmp_path / "key"
    made = subprocess.run(["dropbearkey", "-t", kind, "-f", str(key)], check=True, capture_output=True, text=True)
    public = next(line for line in made.stdout.splitlines() if line.startswith(name))
    port = serve("dropbear", "-F", "-E", "-r", str(key), "-p", "127.0.0.1:{port}", "-P", str(tmp_path / "pid"))
    heard, peer = hold(ssh.probe(TARGET), port)
    assert heard.facts["ssh.hostkey_type"] == name
    assert heard.facts["ssh.hostkey_sha256"] == blob_hash(public)
    assert str(heard.facts["ssh.software"]).startswith("dropbear_")
    assert said(peer)


def test_ssh_keyscan_hears_the_same_key(serve, hold, tmp_path):
    keygen(tmp_path / "key", "ed25519")
    port = serve("sshd", "-D", "-e", "-f", "/dev/null", "-p", "{port}", "-h", str(tmp_path / "key"), *ANYWHERE)
    command = ["ssh-keyscan", "-p", str(port), "-t", "ed25519", "127.0.0.1"]
    scanned = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    heard, _ = hold(ssh.probe(TARGET), port)
    assert heard.facts["ssh.hostkey_sha256"] == blob_hash(scanned.split(" ", 1)[1])

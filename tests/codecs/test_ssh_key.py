"""Host keys as `ssh-keygen` and `openssl` made them, compared with what the cryptography library makes of the same numbers."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from scanner.codecs import ssh_key
from scanner.codecs.ssh_wire import string


def mpint(number):
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


# A key of 1,024 bits by OpenSSL 3.0.22, as OpenSSH 9.2's `ssh-keygen -y` wrote it, and the SHA-256 of `openssl pkey -pubout -outform DER`.
DSA = (
    "AAAAB3NzaC1kc3MAAACBAO4EO0RD9ShMnS2Yph7EKQrz7dQMPWZrvD7ELO79gVjkNE9FOwTAs3e9Bb9N1eccajLa3hscJdfjzFf5"
    "IBm0vwQbJNFWf5Ha+qXGSPQim1vCaAAS7GqH87TgN0PAXr0A4uVeczavACWF34RMcT4mhZgY+TEDbhKnQfylpOr96o0PAAAAHQDF"
    "HEljjrBplhhV2jy1oa9BbzAYeOEyhXxE7uS3AAAAgQC84wf8aYf6MOtfFmqIm/EOsMPTc2zS6+3Zfj1r/C6aRSXi60aPoS2Mn8Dy"
    "4S7VZtGBGfwQit7dCj/hF/7IYqMWp4zAFfzuuflfTgKBMhKGgRv5ul4jJ2IwARUPNVkTrsbE4eLu6gH3uCWo17/I5z9kFHoF+nvJ"
    "VccGc8mKpQgcdQAAAIEAgzH2OyKO+sBXvscEyMT4whmTITMgRnQMcHM1XZ3SFnRGBWkl83BkF6gbPSwyCmA+y1diG+YHzHGalCex"
    "mMCKK4l2pC1MME8OJ0OlXbC6hzteYW3bgrywXcgDZr2DnyInQoSinygsjYJcJmJCaWMDEGemLWbtJykX89IJY5Am55U="
)
DSA_INFO = "2dc4300c7f8d6b7d895e84b0be5d4cee258c32b0b9bbb6a851dd0720640d1a6f"


def test_a_dsa_key_becomes_what_openssl_writes_of_it():
    info, modulus = ssh_key.read(base64.b64decode(DSA))
    assert (hashlib.sha256(info).hexdigest(), modulus) == (DSA_INFO, 0)


@pytest.mark.parametrize("bits", [1024, 1039, 2048])
def test_an_rsa_key_becomes_what_a_certificate_holds(bits):
    key = rsa.generate_private_key(65537, bits).public_key()
    numbers = key.public_numbers()
    expected = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert ssh_key.read(string(b"ssh-rsa") + mpint(numbers.e) + mpint(numbers.n)) == (expected, numbers.n)


def test_other_keys_are_left_alone():
    public = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert ssh_key.read(string(b"ssh-ed25519") + string(public)) == (b"", 0)


@pytest.mark.parametrize(
    "numbers", [mpint(3), mpint(3) + string(b""), mpint(3) + string(b"\xff\x01"), mpint(3) + string(b"\1" * 2050)]
)
def test_a_key_without_sound_numbers_is_refused(numbers):
    with pytest.raises(ProtocolError):
        ssh_key.read(string(b"ssh-rsa") + numbers)


@given(st.binary(max_size=200), st.sampled_from([b"ssh-rsa", b"ssh-dss"]))
def test_junk_ends_in_a_key_or_a_refusal(junk, kind):
    try:
        info, modulus = ssh_key.read(string(kind) + junk)
    except ProtocolError:
        return
    assert info.startswith(b"\x30")
    assert modulus >= 0

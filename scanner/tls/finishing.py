"""What may be sent to end a handshake: a client's last flight with the end of the connection right behind it, and no more.

Whoever reads along sees only types and lengths of what is encrypted, so these are what the patterns hold: one record of exactly the length of a Finished (with
an empty Certificate before it, or without), and one of exactly the length of an alert. Neither leaves room for a request: an alert is two bytes, and what has
the length of a Finished comes before the connection is open for content, as the last message of the handshake, under keys of the handshake (TLS 1.3) or right
after the ChangeCipherSpec. Then the server has been told that nothing comes: it answers with what it says unasked, its session ticket, and closes.
"""

import re

from scanner.codecs.tls_session import RSA_SIZES
from scanner.conversation import Say

# TLS 1.3: content, one byte of type and a tag of 16 (AES_128_CCM_8: 8) bytes. A Finished is 36 bytes (SHA-384: 52), an empty Certificate 8, an alert 2.
_SEALED_FINISHED = rb"(?:\x2d.{45}|\x35.{53}|\x3d.{61}|\x45.{69}|\x4d.{77})"
_SEALED_ALERT = rb"\x17\x03\x03\x00(?:\x0b.{11}|\x13.{19})"

# Up to TLS 1.2, in the clear: an empty Certificate, and a ClientKeyExchange that is a point of x25519, P-256, P-384 or P-521, or sealed with an RSA key.
_NO_CERTIFICATE = rb"\x16\x03[\x01-\x03]\x00\x07\x0b\x00\x00\x03\x00\x00\x00"
_POINTS = (
    rb"\x00\x25\x10\x00\x00\x21\x20.{32}|\x00\x46\x10\x00\x00\x42\x41\x04.{64}"
    rb"|\x00\x66\x10\x00\x00\x62\x61\x04.{96}|\x00\x8a\x10\x00\x00\x86\x85\x04.{132}"
)
_RSA = b"|".join(
    re.escape((size + 6).to_bytes(2, "big") + b"\x10" + (size + 2).to_bytes(3, "big") + size.to_bytes(2, "big"))
    + b".{%d}" % size
    for size in RSA_SIZES
)
_EXCHANGE = rb"\x16\x03[\x01-\x03](?:" + _POINTS + rb"|" + _RSA + rb")"
_CHANGE = rb"\x14\x03[\x01-\x03]\x00\x01\x01"
# A Finished is 16 bytes, an alert 2. AES-GCM adds 24, ChaCha20 16; AES-CBC makes blocks of 16 of it and its MAC of 20, with a vector before from TLS 1.1 on.
_OLD_FINISHED = rb"\x16\x03[\x01-\x03]\x00(?:\x28.{40}|\x20.{32}|\x30.{48}|\x40.{64})"
_OLD_ALERT = rb"\x15\x03[\x01-\x03]\x00(?:\x1a.{26}|\x12.{18}|\x20.{32}|\x30.{48})"

FINISHING = (
    Say.like("finish TLSv1.3, and close", rb"\x17\x03\x03\x00" + _SEALED_FINISHED + _SEALED_ALERT),
    Say.like("close inside TLSv1.3", _SEALED_ALERT),
    Say.like(
        "finish up to TLSv1.2, and close",
        rb"(?:" + _NO_CERTIFICATE + rb")?" + _EXCHANGE + _CHANGE + _OLD_FINISHED + _OLD_ALERT,
    ),
)

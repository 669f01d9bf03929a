"""Certificates made by hand, byte by byte (ITU-T X.690, RFC 5280 section 4.1), so that any field can be wrong. None of the signatures is one."""

COMMON_NAME, ORGANISATION, COUNTRY = "2.5.4.3", "2.5.4.10", "2.5.4.6"
UTF8, PRINTABLE, BMP = 0x0C, 0x13, 0x1E
SHA256_RSA, MD5_RSA = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.4"
MODULUS = b"\0\xc1" + b"\x5b" * 254 + b"\x01"  # 2048 bits, odd, and no product of two primes


def tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    encoded = b""
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        encoded += bytes(reversed(septets))
    return tlv(0x06, encoded)


def name(*pairs: tuple[str, bytes], tag: int = UTF8) -> bytes:
    return tlv(0x30, *(tlv(0x31, tlv(0x30, oid(kind), tlv(tag, value))) for kind, value in pairs))


def rsa(modulus: bytes = MODULUS, exponent: bytes = b"\x01\x00\x01") -> bytes:
    algorithm = tlv(0x30, oid("1.2.840.113549.1.1.1"), tlv(0x05))
    return tlv(0x30, algorithm, tlv(0x03, b"\0" + tlv(0x30, tlv(0x02, modulus), tlv(0x02, exponent))))


def ec(parameters: bytes, point: bytes) -> bytes:
    return tlv(0x30, tlv(0x30, oid("1.2.840.10045.2.1"), parameters), tlv(0x03, b"\0" + point))


def extension(kind: str, value: bytes) -> bytes:
    return tlv(0x30, oid(kind), tlv(0x04, value))


CAMERA = name((COMMON_NAME, b"camera"))


def certificate(
    *,
    version: int | None = 2,
    serial: bytes = b"\x01",
    signature: str = SHA256_RSA,
    issuer: bytes = CAMERA,
    valid: tuple[bytes, bytes] = (b"260101000000Z", b"270101000000Z"),
    subject: bytes = CAMERA,
    key: bytes = b"",
    extensions: tuple[bytes, ...] = (),
) -> bytes:
    """One that is sound, but for its signature and what is changed; dates of 15 characters are GeneralizedTime."""
    algorithm = tlv(0x30, oid(signature), tlv(0x05))
    signed = tlv(
        0x30,
        tlv(0xA0, tlv(0x02, bytes((version,)))) if version is not None else b"",
        tlv(0x02, serial),
        algorithm,
        issuer,
        tlv(0x30, *(tlv(0x18 if len(moment) == 15 else 0x17, moment) for moment in valid)),
        subject,
        key or rsa(),
        tlv(0xA3, tlv(0x30, *extensions)) if extensions else b"",
    )
    return tlv(0x30, signed, algorithm, tlv(0x03, b"\0" + b"\x01" * 256))

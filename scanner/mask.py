"""Keeps a secret that a device repeats to us out of what we keep."""

from base64 import b64encode

_MASK = b"***"


def masked(heard: bytes, *secrets: str) -> bytes:
    """Return `heard` with every secret in it, plain or in base64, made unreadable. The longest secrets go first; empty ones are passed over."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        heard = heard.replace(form, _MASK)
    return heard


def _forms(secret: str) -> tuple[bytes, ...]:
    plain = secret.encode("utf-8", "surrogateescape")
    return plain, secret.encode("latin-1", "replace"), b64encode(plain)

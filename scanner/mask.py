"""Keeps a secret that a device repeats to us out of what we keep."""

from base64 import b64encode
from collections.abc import Collection
from dataclasses import replace

from checks.contract import Account, Answer

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


def without_secrets(answer: Answer, accounts: Collection[Account]) -> Answer:
    """The answer to one account without the passwords of others: a device may repeat later what it was told before. Its own the driver has masked."""
    secrets = [secret for account in accounts if account.password for secret in (account.password, _pair(account))]
    reason = masked(answer.reason.encode(), *secrets).decode()
    return replace(answer, evidence=masked(answer.evidence, *secrets), reason=reason)


def _pair(account: Account) -> str:
    return f"{account.user}:{account.password}"

"""The words in which a device says, in place of a verdict on an account, that it has had enough: of wrong passwords, or of clients.

They are looked for only where a login was not opened: a banner or a page may well speak of doors and locks.
"""

import re

_LOCK = re.compile(
    r"\block(?:ed|out|s)\b|\blocked[- ]out\b|\b(?:blocked|banned|blacklisted|suspended)\b|temporar\w+ (?:disabled|unavailable|denied)"
    r"|\btoo many (?:failed|failures|invalid|wrong|bad|incorrect|log[io]ns?|login|authentication|password|attempts|tries|retries|requests)"
    r"|\b(?:maximum|exceeded)\b[^\n]{0,40}\b(?:login|logins|attempts|tries|retries|failures)\b|\btry again (?:later|in|after)\b",
    re.IGNORECASE,
)
# wu-ftpd, ProFTPD and Pure-FTPd, in their own words: "too many users", "the maximum number of clients", "50 users (the maximum) are already logged in".
_LIMIT = re.compile(
    r"\btoo many (?:\w+ ){0,2}(?:connections?|users|clients|sessions|hosts)|\bmaximum (?:number of )?(?:\w+ )?(?:connections?|users|clients|sessions|hosts)"
    r"|\(the maximum\)|\b(?:connections?|session|client|user) (?:limit|number)\b|\bserver (?:is )?(?:full|busy)\b|\bbusy\b",
    re.IGNORECASE,
)


def speaks_of_lock(said: str) -> bool:
    """Whether it says that an account or an address is locked out, or soon will be."""
    return _LOCK.search(said) is not None and not speaks_of_limit(said)


def speaks_of_limit(said: str) -> bool:
    """Whether it says that it serves as many as it can."""
    return _LIMIT.search(said) is not None

"""Whether a device takes longer over each refused login: the manner in which many guard themselves before they lock.

A device that refuses at its own pace is not one of them: PAM holds a refusal back for two seconds and varies them by half (pam_fail_delay(3)), a slow one takes
its time over every password, and an account that does not exist may be refused sooner than one that does.
"""

from collections.abc import Sequence
from itertools import pairwise

FEWEST = 3
"""Refusals that make a trend: the first two tell how long the device takes by itself."""
_TIMES, _LEAP = 3.0, 1.5
_STEP, _LONG = 0.5, 4.0
"""Seconds by which each must be longer than the one before, and what PAM's jitter never reaches (2 s and half of it)."""


def growing(seconds: Sequence[float]) -> bool:
    """Whether the durations of refused logins, in order, grow: the last by a leap beyond all before it, or each by a step over the one before."""
    if len(seconds) < FEWEST:
        return False
    last, longest = seconds[-1], max(seconds[:-1])
    leaps = last >= _TIMES * longest and last - longest >= _LEAP
    climbs = last >= _LONG and all(after - before >= _STEP for before, after in pairwise(seconds[-FEWEST:]))
    return leaps or climbs

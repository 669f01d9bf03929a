"""Tokens that let packets out no faster than was agreed."""


class Bucket:
    """A token bucket: `rate` a second, saved up for at most a fiftieth of a second, so that a pause is never followed by a burst."""

    def __init__(self, rate: float, now: float) -> None:
        if not rate > 0:
            raise ValueError("a rate of nothing")
        self._rate = rate
        self._most = max(1.0, rate / 50)
        self._tokens = 1.0
        self._when = now

    def take(self, now: float) -> bool:
        """Take one token if there is one."""
        self._tokens = min(self._most, self._tokens + (now - self._when) * self._rate)
        self._when = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def owe(self, tokens: int) -> None:
        """Take tokens for what was sent already; the next ones wait for it."""
        self._tokens -= tokens

    def wait(self) -> float:
        """Seconds until the next token."""
        return max(0.0, (1.0 - self._tokens) / self._rate)

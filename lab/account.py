"""The account that a fake device has."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """A user and a password. The password None is one that nobody knows: it was changed, and no attempt opens the device.

    `anyone` is the flaw of a device that opens whatever is typed.
    """

    user: str
    password: str | None = field(default=None, repr=False)
    anyone: bool = False

    def opens(self, user: str, password: str) -> bool:
        """Whether this pair opens the device."""
        return self.anyone or (self.password is not None and (user, password) == (self.user, self.password))


ANYONE = Account("", anyone=True)
"""The account of a device that opens to any pair."""

STAFF = Account("staff", "lamp-harbour-31")
"""Whom the town's own people are to the pages of settings of devices whose password nobody else knows."""

CHANGED = Account("admin")
"""The account of a device whose password was changed."""

"""When a site's window is open, and which night that is. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from inventory.ledger import NIGHT
from scanner.scope import hours_of

LAST = 60.0
LAST_SHARE = 0.1
"""The last minute of a window is for the devices that are open: none is begun any more. A tenth of the time that is left, where that is less."""
APART = NIGHT + timedelta(minutes=2)
"""So far apart nights begin that log in: a device whose logins are a moment less than a day old would only get last night's answer."""
LONGEST_REST = timedelta(minutes=30)
"""For so long a night waits for that; the delays of many nights add up to no more, because then one goes without."""
TIME_OVER = "the time of the night is over"


@dataclass(frozen=True, slots=True)
class Opening:
    """A window that is open: since when and, None for always, until when."""

    opened: datetime
    closes: datetime | None = None

    @property
    def night(self) -> date:
        """The day that the night is called by: the one on which the window closes; without a window, the local day."""
        return (self.closes or self.opened).date()


@dataclass(frozen=True, slots=True)
class Limit:
    """After how many seconds nothing is begun any more (None: never), how many more what is open then has, and why that is so."""

    seconds: float | None
    grace: float
    why: str


def limit_of(closes: datetime | None, now: datetime, other: Limit | None) -> Limit:
    """The sooner of the window's end and another limit, if there are such."""
    limits = [other] if other else []
    if closes is not None:
        left = max(0.0, (closes - now).total_seconds())
        limits.append(Limit(left - last_of(left), last_of(left), "its window closes"))
    return min(limits, key=lambda limit: limit.seconds or 0.0, default=Limit(None, LAST, "it did not come to its end"))


def last_of(seconds: float) -> float:
    """The end of so many seconds, which is for what is open."""
    return min(LAST, seconds * LAST_SHARE)


def opening(window: str, now: datetime) -> Opening | None:
    """The opening that `now` lies in; None while the window is closed. Times of day are local; no window ("") is open all day."""
    local = now.astimezone()
    today = local.date()
    if not window:
        return Opening(_at(today, time.min))
    start, end = hours_of(window)
    if start < end:
        return Opening(_at(today, start), _at(today, end)) if start <= local.time() < end else None
    if local.time() >= start:
        return Opening(_at(today, start), _at(today + timedelta(days=1), end))
    return Opening(_at(today - timedelta(days=1), start), _at(today, end)) if local.time() < end else None


def rested_at(last: datetime, now: datetime, closes: datetime | None) -> datetime | None:
    """When the logins of a scan that began at `last` are a day old, where that is worth waiting for and the window is open then; else None."""
    rested = last + APART
    soon = now < rested <= now + LONGEST_REST
    return rested if soon and (closes is None or rested < closes) else None


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock).astimezone()

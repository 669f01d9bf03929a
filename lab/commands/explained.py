"""Errors that the operator can mend, in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def explained() -> Iterator[None]:
    """Say what was wrong without a traceback: a wrong wish ends with 2, and what this machine or a city refuses with 1."""
    from lab.city import CityError, PortTakenError
    from lab.plan import PlanError
    from lab.settings import SettingError

    try:
        yield
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    except PortTakenError as error:
        from lab.taken import by_whom

        raise click.ClickException(f"{error}; {by_whom(error)}") from error
    except (CityError, SettingError) as error:
        raise click.ClickException(str(error)) from error

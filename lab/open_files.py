"""How many files this process may have open: a fake device takes three or four, and the usual limit is 1024."""

import contextlib
import resource


def allow(wanted: int) -> int:
    """Ask for as many open files as the system grants, and at least `wanted`; return how many it grants."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for asked in (max(most, wanted), most):  # only root may have more than the hard limit
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (asked, asked))
            return asked
    return most

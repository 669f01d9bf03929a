"""The real servers of `tests/real`, and the real wire to them."""

from tests.real.conftest import log_in, run, wire

__all__ = ["log_in", "run", "wire"]

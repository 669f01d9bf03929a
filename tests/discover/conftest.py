"""The segments that sweeps are tested on."""

from collections.abc import Iterator

import pytest

from tests.segment import Namespace, Segment


@pytest.fixture(scope="module")
def segment() -> Iterator[Segment]:
    """10.99.0.0/24 with the scanner at 10.99.0.1 and no hosts yet."""
    yield from _segment("10.99.0.1", 24)


@pytest.fixture
def wide_segment() -> Iterator[Segment]:
    """10.98.0.0/16 with the scanner at 10.98.0.1 and no hosts yet."""
    yield from _segment("10.98.0.1", 16)


def _segment(address: str, prefix: int) -> Iterator[Segment]:
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"no network namespaces here (needs unshare, iproute2 and permission for user namespaces): {error}")
    segment = Segment(address, prefix)
    try:
        yield segment
    finally:
        segment.close()

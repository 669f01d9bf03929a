"""What a login question carries to the wire."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from checks.contract import Account, Answer, Login, Verdict
from inventory.model import Device, Endpoint, Facts, Observation
from scanner.canary import Canary
from scanner.inquiry import Inquiry
from scanner.wire import Wire

FTP = Endpoint("192.0.2.1", 21)


@pytest.mark.parametrize(
    ("facts", "inside"),
    [({"tls.versions": ("TLSv1.2",)}, True), ({"tls.versions": ("TLSv1.2",), "tls.starttls": "ftp"}, False)],
)
async def test_a_login_is_held_inside_tls_only_where_tls_is_spoken_at_once(facts: Facts, inside: bool):
    """Behind a command of its own the driver says that command, on a connection in the clear."""
    put: list[bool] = []

    async def login(*_: Any, tls: bool, **__: Any) -> Answer:
        put.append(tls)
        return Answer(Verdict.REFUSED)

    async def look(*_: Any, **__: Any) -> None:
        return None

    canary = SimpleNamespace(halt="", changed="", after_login=look)
    seen = Observation(FTP, "tls", facts, b"", datetime(2026, 1, 1, tzinfo=UTC))
    device = Device("address:192.0.2.1", ("192.0.2.1",), observations=(seen,))
    wire = cast(Wire, SimpleNamespace(login=login))
    inquiry = Inquiry(wire, cast(Canary, canary), device, (), lambda _: None, float("inf"), 60.0)
    await inquiry.put(Login(FTP, "ftp", Account("test", "admin", "1234")))
    assert put == [inside]

"""One login question through the real wire, of a device of its own to the ledger."""

from itertools import count
from typing import Any

from checks.contract import Account, Answer, Login
from inventory.model import Endpoint
from scanner.wire import Wire

_DEVICES = count()


async def ask_once(
    wire: Wire, driver: Any, endpoint: Endpoint, account: Account, *, tls: bool = False, path: str = "", form: str = ""
) -> Answer:
    """Whether the account opens the endpoint, asked by that driver."""
    question = Login(endpoint, driver.NAME, account, path=path, form=form)
    return await wire.login(driver, question, tls=tls, names=(f"device {next(_DEVICES)}",))

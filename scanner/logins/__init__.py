"""Does this account open this endpoint? One file a protocol; the folder is the registry."""

import importlib
import pkgutil
from functools import cache
from typing import cast

from scanner.conversation import LoginModule


@cache
def load_logins() -> dict[str, LoginModule]:
    """Every login driver of the folder, by the name of its protocol."""
    modules = (importlib.import_module(found.name) for found in pkgutil.iter_modules(__path__, f"{__name__}."))
    return {module.NAME: cast(LoginModule, module) for module in modules if hasattr(module, "attempt")}

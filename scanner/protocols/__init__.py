"""What to say and how to read the answer: one file a protocol, and no I/O. The folder is the registry."""

import importlib
import pkgutil
from functools import cache
from typing import cast

from scanner.conversation import ProtocolModule


@cache
def load_protocols() -> dict[str, ProtocolModule]:
    """Every protocol of the folder, by name."""
    modules = (importlib.import_module(found.name) for found in pkgutil.iter_modules(__path__, f"{__name__}."))
    return {module.NAME: cast(ProtocolModule, module) for module in modules if hasattr(module, "probe")}

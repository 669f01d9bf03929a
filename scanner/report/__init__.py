"""One file a format: SUFFIX and `render(report) -> str`, pure. Only the command line writes, and late. The folder is the registry."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from inventory.errors import ConfigError
from inventory.report import Report

Render = Callable[[Report], str]


def render_for(suffix: str) -> Render:
    """The renderer of the format whose files end in `suffix` (".json"); `ConfigError` names those there are."""
    renderers = _renderers()
    if suffix not in renderers:
        raise ConfigError(f"no report format has the suffix {suffix or '(none)'!r}; known: {', '.join(renderers)}")
    return renderers[suffix]


@cache
def _renderers() -> Mapping[str, Render]:
    modules = (importlib.import_module(found.name) for found in pkgutil.iter_modules(__path__, f"{__name__}."))
    return {module.SUFFIX: module.render for module in sorted(modules, key=lambda module: str(module.SUFFIX))}

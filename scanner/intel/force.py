"""Which intelligence is in force: the one that the operator names, else the newer of the one that was made last and the one that is shipped."""

from pathlib import Path

from checks.intelligence import DamagedIntelligence, Intelligence, built_in
from inventory.errors import ConfigError


def in_force(named: Path | None, made: Path) -> tuple[Intelligence, str]:
    """The intelligence, and a sentence to the operator where the one at `made` could not be used; raises `ConfigError` for the one that is `named`."""
    if named is not None:
        return _opened(named), ""
    if not made.exists():
        return built_in(), ""
    try:
        found = _opened(made)
    except ConfigError as error:
        return built_in(), f"{error}; the shipped one is used instead. `tocsin intel update` makes a new one"
    return (found if found.manifest.made >= built_in().manifest.made else built_in()), ""


def _opened(path: Path) -> Intelligence:
    try:
        return Intelligence.open(path)
    except OSError as error:
        raise ConfigError(f"cannot read the intelligence {path}: {error.strerror}") from error
    except DamagedIntelligence as error:
        raise ConfigError(f"the intelligence {path} cannot be used: {error}") from error

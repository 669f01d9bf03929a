"""Which intelligence is in force: the one that the operator names, else the newer of the one that was made last and the one that is shipped."""

from pathlib import Path

from checks.archive import Archive, DamagedIntelligence
from checks.intelligence import BUILT_IN, Intelligence, built_in
from inventory.errors import ConfigError


def in_force(named: Path | None, made: Path) -> tuple[Intelligence, str]:
    """The intelligence, and a sentence to the operator where the one at `made` could not be used; raises `ConfigError` for the one that is `named`."""
    archive, path, warning = file_in_force(named, made)
    return (built_in() if path == BUILT_IN else Intelligence.of(archive)), warning


def verified(archive: Archive, path: Path) -> Archive:
    """The same archive after every row of it was read; raises `ConfigError`."""
    try:
        archive.verify()
    except DamagedIntelligence as error:
        raise ConfigError(f"the intelligence {path} is damaged: {error}") from error
    return archive


def file_in_force(named: Path | None, made: Path) -> tuple[Archive, Path, str]:
    """The same as its file and where that is."""
    if named is not None:
        return verified(opened(named), named), named, ""
    warning = ""
    shipped = opened(BUILT_IN)
    if made.exists():
        try:
            found = verified(opened(made), made)
            if found.manifest.made >= shipped.manifest.made:
                return found, made, ""
        except ConfigError as error:
            warning = f"{error}; the shipped one is used instead. `tocsin intel update` makes a new one"
    return shipped, BUILT_IN, warning


def opened(path: Path) -> Archive:
    """The bundle at `path`; raises `ConfigError`."""
    try:
        return Archive.open(path)
    except OSError as error:
        raise ConfigError(f"cannot read the intelligence {path}: {error.strerror}") from error
    except DamagedIntelligence as error:
        raise ConfigError(f"the intelligence {path} cannot be used: {error}") from error

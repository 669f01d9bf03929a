"""What stands before every command: where the configuration, the inventory and the audit trail are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.intelligence import Intelligence
    from checks.policy import Policy
    from inventory.store import Store  # these import much; `tocsin --help` needs none of it
    from scanner.city import City
    from scanner.config import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line and their environment variables; None is what was not given.

    The command line outranks the environment, that outranks `tocsin.toml`, and that the default in the user's state folder.
    """

    config: Path | None = None
    store: Path | None = None
    audit: Path | None = None
    debug: bool = False
    intel: Path | None = None

    def settings(self) -> Settings:
        """`tocsin.toml`, read once; its warnings have been said."""
        return _settings(self.config, Path.cwd())

    def store_path(self) -> Path:
        """Where the inventory is or would be."""
        return self.store or self.settings().store or state_folder() / "inventory.db"

    def audit_path(self) -> Path:
        """Where the audit trail is or would be."""
        return self.audit or self.settings().audit or state_folder() / "audit.jsonl"

    def intelligence(self) -> Intelligence:
        """The intelligence in force; what is wrong with a newer one that should be has been said."""
        import click

        from scanner.intel.force import in_force

        found, warning = in_force(self.intelligence_named(), self.intelligence_file())
        if warning:
            click.echo(f"warning: {warning}", err=True)
        return found

    def intelligence_named(self) -> Path | None:
        """The intelligence that the operator wants used, whatever else there is."""
        return self.intel or self.settings().intelligence

    def intelligence_file(self) -> Path:
        """Where an update puts what it makes: where the operator's is, else in the user's state folder."""
        return self.intelligence_named() or state_folder() / "intelligence.zip"

    def city(self) -> City:
        """What the city knows of its devices today."""
        from datetime import datetime

        from scanner.city import City

        return City(datetime.now().astimezone().date())

    def policy(self) -> Policy:
        """What the city's devices may do."""
        from checks.policy import built_in

        return built_in()

    def open_store(self, *, create: bool = False) -> Store:
        """The inventory, opened; made only if `create`."""
        from inventory.store import Store

        return Store.open(self.store_path(), create=create)


def state_folder() -> Path:
    """$XDG_STATE_HOME/tocsin, or ~/.local/state/tocsin (XDG Base Directory Specification: a relative path is ignored)."""
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local" / "state") / "tocsin"


@cache
def _settings(config: Path | None, _: Path) -> Settings:
    import click

    from scanner.config import find_settings

    settings = find_settings(config)
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    return settings

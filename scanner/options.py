"""What stands before every command: where the configuration, the inventory and the audit trail are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from checks.intelligence import Intelligence
    from checks.policy import Policy
    from inventory.model import Device
    from inventory.store import Store  # these import much; `tocsin --help` needs none of it
    from inventory.waivers import Trace, Waivers
    from scanner.city import City
    from scanner.config import Settings
    from scanner.reaching import Reach


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
    waivers: Path | None = None

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

    def policy(self, file: Path | None = None) -> Policy:
        """What each kind of device may do: by that file, else by the one that `tocsin.toml` names, else as it is shipped."""
        from scanner.policies import policy_of

        return policy_of(self.settings(), file)

    def city(self, then: date | None = None, *, warn: bool = True, policy: Policy | None = None) -> City:
        """What the city knows of its devices today; with `then`, a day that has passed, what it lived with on that day and had accepted before it.

        The files are read at once, so that what is wrong with them is said before any work; the inventory when it is first asked.
        """
        from datetime import datetime

        from inventory.register import read_register
        from scanner.city import City
        from scanner.waiving import waived

        settings = self.settings()
        city = City(
            datetime.now().astimezone().date(),
            department=settings.department,
            site=settings.site_of,
            reached=self._reached(policy or self.policy()),
            register=read_register(settings.register) if settings.register else None,
        )
        waivers = self.waivers_of(city, then, warn=warn and then is None)
        return waived(city, waivers, self.traces) if waivers.rules else city

    def _reached(self, policy: Policy) -> Callable[[Device], Reach]:
        """What the inventory, if there is one, says of from where devices were reached."""
        from datetime import datetime

        from scanner.reaching import Reached

        @cache
        def measured() -> Reached:
            if not self.store_path().exists():
                return Reached()
            with self.open_store() as store:
                return Reached.read(store, policy, datetime.now().astimezone())

        return lambda device: measured().of(device)

    def waivers_path(self) -> Path:
        """Where the waivers are or would be: the file that was named, else waivers.toml beside tocsin.toml, else here."""
        from scanner.waiving import DEFAULT

        beside = self.settings().path
        return self.waivers or self.settings().waivers or (beside.parent if beside else Path()) / DEFAULT

    def waivers_of(self, city: City, then: date | None = None, *, warn: bool = True) -> Waivers:
        """All waivers, as of the city's today or of `then`; `warn` of a file that was named and is not there."""
        import click

        from inventory.waivers import Waivers
        from scanner.waiving import belonging, load_waivers

        path, named = self.waivers_path(), self.waivers or self.settings().waivers
        if warn and named and not path.exists():
            click.echo(f"warning: there is no file {path}, so nothing is accepted", err=True)
        rules = load_waivers(path, city.today) if path.exists() else ()
        if then is not None:
            rules = tuple(rule for rule in rules if rule.accepted is None or rule.accepted < then)
        return Waivers(rules, then or city.today, belonging(city, self.settings()))

    def traces(self, findings: Collection[str]) -> Mapping[str, Trace]:
        """Where the inventory, if there is one, saw these findings last."""
        if not self.store_path().exists():
            return {}
        with self.open_store() as store:
            return store.traces(findings)

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

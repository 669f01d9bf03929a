"""`tocsin init`."""

from pathlib import Path

import click

from inventory.errors import ConfigError
from scanner.options import Options
from scanner.output import save, write


@click.command()
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.pass_obj
def command(options: Options, force: bool) -> None:
    """Write a tocsin.toml from this machine's networks."""
    from scanner.config import DEFAULT
    from scanner.networks import connected
    from scanner.starter import starter

    path: Path = options.config or DEFAULT
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already; `tocsin init --force` replaces it")
    networks = connected()
    save(path, starter(networks))
    listed = ", ".join(str(each.network) for each in networks) or "no network of this machine"
    write(f"{path} is written with {listed}. Remove what is not yours to scan, and fill in approved_by.\n")

"""What is looked at before a site is scanned: a night that cannot keep what it finds, or finds nothing for want of a cable, is better not begun."""

import os
import shutil
from pathlib import Path

from inventory.errors import ConfigError
from scanner.config import Site
from scanner.discover.route import has_route
from scanner.toml_table import Network

ROOM = 16 << 20
"""Bytes that must be free where the inventory and the audit trail are: a large site's night takes about so many."""


def require_room(*files: Path) -> None:
    """Raise `ConfigError` where one of these files could not be written, or not grow."""
    for file in files:
        folder = next(folder for folder in file.absolute().parents if folder.exists())
        if not os.access(file if file.exists() else folder, os.W_OK):
            raise ConfigError(f"{file} cannot be written by this user: nothing is scanned that could not be kept")
        if (free := shutil.disk_usage(folder).free) < ROOM:
            raise ConfigError(
                f"the disk under {file} is full, or nearly ({free >> 20} MiB free, {ROOM >> 20} are needed): make room"
            )


def without_way(site: Site) -> tuple[str, ...]:
    """The networks of the site to which this machine has no route; () where the kernel knows a way to each."""
    return tuple(str(network) for network in site.networks if not _way(network))


def _way(network: Network) -> bool:
    """Whether there is one to an address of a device in it. Of a link-local network only an interface would say."""
    if network.is_link_local:
        return True
    return has_route(str(network[1] if network.num_addresses > 2 else network[0]))

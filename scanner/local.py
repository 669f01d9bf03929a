"""Which networks are ours besides the private ones, when something is overheard. No I/O."""

import ipaddress
from collections.abc import Iterable

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner.config import Settings
from scanner.toml_table import Network


def local_networks(texts: Iterable[str], settings: Settings) -> tuple[Network, ...]:
    """The networks of the command line and of every site; `ConfigError` where one is none."""
    return (*map(_network, texts), *(network for site in settings.sites for network in site.networks))


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ConfigError(f"--network {one_line(text, 60)!r} is no network such as 10.20.0.0/22") from None

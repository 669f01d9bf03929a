"""The releases that endoflife.date gathers (github.com/endoflife-date/release-data): a JSON file a product, which names each version with its day."""

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from checks.knowledge import Component
from scanner.intel.source import Batch, UnreadableSource
from scanner.intel.sources.components import batch_of, is_day, merged

NAME = "release-data"
TABLES = ("components",)
LICENCE = "MIT"
_CALLED = {"apache-http-server": "apache-httpd"}
"""What the files call otherwise than the fingerprints do."""
_DAY_LENGTH = 10


def recognises(name: str, head: bytes) -> bool:
    """Whether it begins as these files do: with the releases' cycles or with the versions."""
    start = head.lstrip()[:64].replace(b" ", b"").replace(b"\n", b"")
    return name.endswith(".json") and start.startswith((b'{"releases":{', b'{"versions":{'))


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """All files together as one batch; raises `UnreadableSource`."""
    return [batch_of(NAME, merged(of_json(name, content) for name, content in files), LICENCE)]


def of_json(name: str, content: bytes) -> Component:
    """The product of one file, which is named after it; raises `UnreadableSource`."""
    try:
        versions: dict[str, Any] = json.loads(content)["versions"]
        days = {version: str(entry["date"])[:_DAY_LENGTH] for version, entry in versions.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableSource(f"{name} does not list versions with their dates ({type(error).__name__})") from error
    impossible = next((version for version, day in days.items() if not is_day(day)), None)
    if impossible is not None:
        raise UnreadableSource(f"{name} dates {impossible[:64]!r} on {days[impossible]!r}, which is no day")
    product = PurePath(name).stem
    return Component(_CALLED.get(product, product), f"endoflife-date/release-data ({PurePath(name).name})", days)

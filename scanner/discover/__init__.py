"""Step 1: who is there, and which TCP ports are open. `async for record in discover(Sweep(…))` streams `Host`, `Note` and `Progress`."""

from scanner.discover.records import Host, Note, Progress, Sighting, Sweep
from scanner.discover.sweep import discover
from scanner.discover.targets import Targets, parse_targets
from scanner.discover.ways import require, require_segments

__all__ = [
    "Host",
    "Note",
    "Progress",
    "Sighting",
    "Sweep",
    "Targets",
    "discover",
    "parse_targets",
    "require",
    "require_segments",
]

"""What devices say unasked: one file a protocol, and no I/O. The folder is the registry.

    def read(frame: Frame) -> Iterable[Sighting]: …

A reader ends in sightings or in `ProtocolError`, whatever frame it is handed.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Protocol, cast

from inventory.errors import ProtocolError
from scanner.codecs.packet import Frame
from scanner.passive.sighting import Sighting

EVIDENCE_LIMIT = 512


class ReaderModule(Protocol):
    """A file of this folder, as a value.

    NAME is what observations call it: where we also ask that protocol, its name with "-heard" behind it, so that no check takes what was overheard for an
    answer. HEARS are the frames it reads, as (kind, port); port 0 is any. FACTS declares each fact it may learn, with its meaning. ASKED is the protocol of
    `scanner/protocols/` that would learn the same, "" where there is none.
    """

    NAME: str
    HEARS: tuple[tuple[str, int], ...]
    FACTS: Mapping[str, str]
    ASKED: str

    def read(self, frame: Frame) -> Iterable[Sighting]:
        """What the frame tells."""


@cache
def load_readers() -> dict[str, ReaderModule]:
    """Every reader of the folder, by name."""
    modules = (importlib.import_module(found.name) for found in pkgutil.iter_modules(__path__, f"{__name__}."))
    return {module.NAME: cast(ReaderModule, module) for module in modules if hasattr(module, "read")}


@cache
def facts() -> Mapping[str, str]:
    """Every fact that may be heard, with its meaning."""
    return {name: meaning for reader in load_readers().values() for name, meaning in reader.FACTS.items()}


@cache
def udp_ports() -> frozenset[int]:
    """The UDP ports that some reader hears."""
    return frozenset(
        port for reader in load_readers().values() for kind, port in reader.HEARS if kind == "udp" and port
    )


@cache
def _by_frame() -> Mapping[tuple[str, int], tuple[ReaderModule, ...]]:
    found: dict[tuple[str, int], tuple[ReaderModule, ...]] = {}
    for reader in load_readers().values():
        for key in reader.HEARS:
            found[key] = (*found.get(key, ()), reader)
    return found


def hear(frame: Frame) -> Iterator[Sighting]:
    """All that a frame tells; nothing where it is broken."""
    table = _by_frame()
    readers = table.get((frame.kind, frame.target_port)) or table.get((frame.kind, frame.source_port), ())
    for reader in readers or table.get((frame.kind, 0), ()):
        try:
            seen = tuple(reader.read(frame))
        except ProtocolError:
            continue
        for one in seen:
            yield replace(
                one,
                protocol=one.protocol or reader.NAME,
                evidence=(one.evidence or frame.payload)[:EVIDENCE_LIMIT],
                when=one.when or frame.when,
            )

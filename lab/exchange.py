"""Exchanges strings and parts wherever they stand in a record, which is how a copy of a fake, or a fake that is set otherwise, is made of the first."""

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

_Value = TypeVar("_Value")
Pairs = Sequence[tuple[object, object]]
"""What is exchanged for what: a string within other strings too, anything else where it is equal."""


def exchanged(value: _Value, pairs: Pairs) -> _Value:
    """`value` with everything in it exchanged, through tuples, sets and records; what is exchanged is not looked into again.

    A record that stands in several places of it stands in all of them again: an application at four paths keeps one list of its sessions, and a new one.
    """
    return _exchanged(value, pairs, {})


def _exchanged(value: _Value, pairs: Pairs, made: dict[int, object]) -> _Value:
    for old, new in pairs:
        if type(old) is type(value) and not isinstance(old, str) and old == value:
            return new  # type: ignore[return-value]  # whoever exchanges a part gives one of its kind
    changed: object = value
    if isinstance(value, str):
        for old, new in pairs:
            if isinstance(old, str) and isinstance(new, str):
                changed = str(changed).replace(old, new)
    elif isinstance(value, (tuple, frozenset)):
        changed = type(value)(_exchanged(part, pairs, made) for part in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        if id(value) not in made:
            parts = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.init}
            made[id(value)] = replace(value, **{name: _exchanged(part, pairs, made) for name, part in parts.items()})
        changed = made[id(value)]
    return changed  # type: ignore[return-value]  # each branch keeps the type it was given

"""What takes long to make is made once, whichever thread asks for it first."""

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

_Wish = ParamSpec("_Wish")
_Made = TypeVar("_Made")


def once(make: Callable[_Wish, _Made]) -> Callable[_Wish, _Made]:
    """Keep what `make` returns for each wish. `functools.cache` does so too, but lets two threads that ask at once make one each: two keys for one device."""
    made: dict[Hashable, Any] = {}
    under_way: dict[Hashable, Lock] = {}

    @wraps(make)
    def kept(*wish: _Wish.args, **more: _Wish.kwargs) -> _Made:
        key = (wish, tuple(sorted(more.items())))
        if key not in made:
            with under_way.setdefault(key, Lock()):
                if key not in made:
                    made[key] = make(*wish, **more)
            under_way.pop(key, None)
        found: _Made = made[key]
        return found

    return kept

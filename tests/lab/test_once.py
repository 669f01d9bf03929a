from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from lab.once import once


def test_threads_that_ask_at_once_get_the_same_and_it_is_made_once():
    together, made = Barrier(4), []

    @once
    def make(device: str) -> object:
        made.append(device)
        return object()

    def ask(number: int) -> object:
        together.wait(timeout=20)
        return make("camera")

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(ask, range(4)))) == 1
    assert made == ["camera"]


def test_each_wish_has_its_own():
    make = once(lambda device, kind="rsa": (device, kind, object()))
    assert make("a") is make("a")
    assert make("a") is not make("b")
    assert make("a") is not make("a", kind="ec")


def test_what_could_not_be_made_is_tried_again():
    answers: list[Exception | str] = [ValueError("not yet"), "key"]

    @once
    def make() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        make()
    assert make() == "key"

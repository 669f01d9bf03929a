"""Holds a conversation with whatever answers its steps: recorded bytes, a script, or a real server."""

from collections.abc import Callable
from typing import Any

from inventory.errors import PeerError
from scanner.conversation import Conversation, Step


def hold_with(conversation: Conversation[Any], answer: Callable[[Step], bytes]) -> Any:
    """Feed each step to `answer`, throw its `PeerError`s into the conversation, and return what the conversation returns."""
    try:
        step = next(conversation)
        while True:
            try:
                heard = answer(step)
            except PeerError as error:
                step = conversation.throw(error)
            else:
                step = conversation.send(heard)
    except StopIteration as ended:
        return ended.value

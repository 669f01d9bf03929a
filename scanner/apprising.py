"""Sends a notice to an address of apprise's (mail, chat, webhook). The only file that imports apprise, and only where it sends.

An address holds passwords and tokens, often where a host would stand (slack://TOKEN/…), so nothing but its scheme is ever said of it, and its host only where
its scheme is known to have one.
"""

from __future__ import annotations

import io
import logging
import re
import threading
import warnings
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inventory.errors import ConfigError

if TYPE_CHECKING:
    from apprise import Apprise

_WITH_HOST = frozenset(
    [
        "json",
        "jsons",
        "xml",
        "xmls",
        "form",
        "forms",
        "mailto",
        "mailtos",
        "apprise",
        "apprises",
        "syslog",
        "rsyslog",
        "mqtt",
        "mqtts",
    ]
)
_PATIENCE = 20.0
"""Seconds for one attempt, however slowly the other side answers."""
_STATUS = re.compile(r"error=(\d{3})\b")


def shown(url: str) -> str:
    """What may be said of an address: its scheme, and its host where that is one."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in _WITH_HOST else None
        port = f":{parts.port}" if host and parts.port else ""
    except ValueError:
        return f"{url.partition(':')[0]}://…"
    return f"{parts.scheme}://{host or '…'}{port}"


def check(urls: tuple[str, ...]) -> None:
    """Raise `ConfigError` where apprise is not installed, or does not know what to do with one of these."""
    for number, url in enumerate(urls, 1):
        if not len(_addressed(url)):
            raise ConfigError(
                f"the {_ordinal(number)} address for notices, {shown(url)}, is none that apprise can send to;"
                " https://github.com/caronc/apprise lists what it knows and how each is written"
            )


def send(url: str, title: str, body: str, patience: float = _PATIENCE) -> str:
    """Send a notice; "" where it was accepted, else why it was not, without a word of the address. Never raises, and takes no longer than `patience`.

    Whoever does not answer in time may have taken it all the same: then it comes twice, which is better than not at all.
    """
    try:
        service = _addressed(url)
    except Exception as error:  # as below
        return f"sending failed ({type(error).__name__})"
    answer: list[str] = []
    trial = threading.Thread(target=lambda: answer.append(_sent(service, title, body)), daemon=True)
    trial.start()
    trial.join(patience)
    return answer[0] if answer else f"it did not answer within {patience:g} seconds"


def _sent(service: Apprise, title: str, body: str) -> str:
    from apprise import NotifyFormat

    heard = io.StringIO()
    log, listening = logging.getLogger("apprise"), logging.StreamHandler(heard)
    log.addHandler(listening)
    try:
        accepted = service.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
    except Exception as error:  # a notice of a plug-in of others ends no night, whatever it stumbles over
        return f"sending failed ({type(error).__name__})"
    finally:
        log.removeHandler(listening)
    if accepted:
        return ""
    status = _STATUS.search(heard.getvalue())
    return f"it answered with status {status[1]}" if status else "it could not be reached, or did not accept it"


def _addressed(url: str) -> Apprise:
    """An address that keeps nothing, shows no picture and interprets nothing of what it is given.

    It follows no redirection, where this apprise knows how not to: a notice is for whom the operator named, and one that is asked for anew has no body.
    """
    try:
        from apprise import Apprise, AppriseAsset
    except ImportError:
        raise ConfigError("notices are sent by apprise, which is not installed: pip install 'tocsin[notify]'") from None
    asset = AppriseAsset(
        app_id="Tocsin",
        app_desc="Tocsin",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        interpret_emojis=False,
        interpret_escapes=False,
        secure_logging=True,
    )
    asset.http_redirects = False
    made = Apprise(asset=asset)
    log = logging.getLogger("apprise")
    log.propagate = False  # it repeats what it was given, and what it has to say is said by us
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # the first address loads every plug-in, and what is old in them is no concern of the operator's
            made.add(url)
    finally:
        log.disabled = before
    return made


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")

"""One file from a web server: to the end, within bounds, by way of proxies that the environment names, and with the certificates that the system trusts.

The only importer of httpx2, and only where something is fetched. What a server gives is bounded twice, as sent and as unpacked, so that neither an endless
answer nor one that unpacks to a disk full of zeros costs more than the bound.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from inventory.errors import ConfigError, PeerError
from inventory.text import one_line
from scanner.intel.inflate import Inflater, TooLarge

if TYPE_CHECKING:
    import ssl

    import httpx2

REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost: bytes, seconds of silence, and seconds in all."""

    size: int = 256 * 1024 * 1024
    idle: float = 30.0
    total: float = 900.0


LIMITS = Limits()


class NotFetched(PeerError):
    """A file that could not be had; the message is the end of a sentence that says why."""


def fetch(url: str, authorities: Path | None = None, limits: Limits | None = None) -> bytes:
    """The file at an http or https address; raises `NotFetched`, and `ConfigError` for `authorities` (certificates in PEM) that cannot be read."""
    context = _trusting(authorities)
    return asyncio.run(_within(url, context, limits or LIMITS))


def ping(url: str, seconds: float) -> None:
    """Ask for an address and leave what it answers unread; raises `NotFetched`, in words without the address, unless it answers that all is well (2xx)."""
    import httpx2

    said = {"User-Agent": f"tocsin/{version('tocsin')}"}
    try:
        with httpx2.Client(timeout=seconds, headers=said) as client, client.stream("GET", url) as answer:
            status, reason = answer.status_code, one_line(answer.reason_phrase, 60)
    except ImportError:
        raise NotFetched("the proxy of the environment cannot be used") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
        words = (_words(cause, Limits(idle=seconds)) for cause in _causes(error))
        raise NotFetched(next(filter(None, words), type(error).__name__)) from None
    if not 200 <= status < 300:
        raise NotFetched(f"the server answers {status} {reason}".rstrip())


def plain(url: str) -> str:
    """An address without what may be a secret in it: the account and the query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _trusting(authorities: Path | None) -> ssl.SSLContext | bool:
    if authorities is None:
        return True
    import ssl

    try:
        return ssl.create_default_context(cafile=str(authorities))
    except ssl.SSLError as error:
        raise ConfigError(f"there is no certificate in PEM in {authorities}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {authorities}: {error.strerror}") from error


async def _within(url: str, context: ssl.SSLContext | bool, limits: Limits) -> bytes:
    import httpx2

    try:
        async with asyncio.timeout(limits.total):
            return await _followed(url, context, limits)
    except TimeoutError:
        raise NotFetched(f"it was not there whole after {limits.total:g} seconds") from None
    except TooLarge as error:
        raise NotFetched(str(error)) from None
    except ImportError as error:  # the environment names a SOCKS proxy, for which httpx2 wants another package
        raise NotFetched(f"the proxy of the environment cannot be used: {one_line(str(error), 100)}") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
        raise NotFetched(_reason(error, limits)) from error


async def _followed(url: str, context: ssl.SSLContext | bool, limits: Limits) -> bytes:
    import httpx2

    said = {"User-Agent": f"tocsin/{version('tocsin')}", "Accept-Encoding": "gzip"}
    async with httpx2.AsyncClient(verify=context, timeout=limits.idle, headers=said) as client:
        for _ in range(REDIRECTS + 1):
            async with client.stream("GET", url) as answer:
                if answer.has_redirect_location:
                    url = _next(answer.url, answer.headers["location"])
                    continue
                if answer.status_code != 200:
                    reason = one_line(answer.reason_phrase, 60)
                    raise NotFetched(f"the server answers {answer.status_code} {reason}".rstrip())
                return await _body(answer, limits)
    raise NotFetched(f"the server sends us on more than {REDIRECTS} times")


def _next(here: httpx2.URL, location: str) -> str:
    there = here.join(location)
    if there.scheme not in {"http", "https"}:
        raise NotFetched(f"the server sends us on to {one_line(location, 100)!r}, which is no web address")
    if here.scheme == "https" and there.scheme == "http":
        raise NotFetched(
            f"the server sends us from https on to {one_line(plain(str(there)), 100)}, which is not protected"
        )
    return str(there)


async def _body(answer: httpx2.Response, limits: Limits) -> bytes:
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "", "gzip", "x-gzip"}:
        raise NotFetched(f"it is packed as {one_line(coding, 40)!r}, which was not asked for")
    stated = answer.headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > limits.size:
        raise NotFetched(f"it has {int(stated[:20]):,} bytes, and {limits.size:,} is the most that is taken")
    body, received = Inflater(limits.size, packed=coding.endswith("gzip")), 0
    async for chunk in answer.aiter_raw():
        received += len(chunk)
        if received > limits.size:
            raise TooLarge(limits.size)
        body.feed(chunk)
    return body.end()


def _reason(error: Exception, limits: Limits) -> str:
    """What went wrong, in words: libraries wrap the error that says it in others that do not."""
    told = next((words for cause in _causes(error) if (words := _words(cause, limits))), "")
    return told or one_line(str(error), 200) or type(error).__name__


def _words(cause: BaseException, limits: Limits) -> str:
    import ssl

    import httpx2

    match cause:
        case ssl.SSLCertVerificationError():
            said = f"the server's certificate is not trusted ({cause.verify_message})"
            told = f"{said}; if it is your own authority's, name that with --ca-file"
        case ssl.SSLError():
            told = f"no TLS connection came about ({cause.reason or cause})"
        case ConnectionRefusedError():
            told = "nobody answers there (connection refused)"
        case httpx2.ConnectTimeout():
            told = f"nobody answered within {limits.idle:g} seconds"
        case httpx2.TimeoutException():
            told = f"the server fell silent for {limits.idle:g} seconds"
        case OSError():
            told = one_line(cause.strerror or "")
        case _:
            told = ""
    return told


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error that began it first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        inner = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else None
        error = inner or error.__cause__ or error.__context__
    return found[::-1]

"""Listening on an interface through the layer-2 bridge: frames as they come, and how many were lost. Not one packet is sent."""

import asyncio
import base64
import socket
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from dataclasses import dataclass

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner.discover.bridge import Bridge, BridgeEnded, BridgeRefused, scope_command
from scanner.discover.links import may_send_raw


@dataclass(frozen=True, slots=True)
class Overheard:
    """One frame, with the Unix time."""

    raw: bytes
    when: float


@dataclass(frozen=True, slots=True)
class Tally:
    """So many frames were passed on so far, and so many lost because we were too slow."""

    frames: int
    dropped: int


def require_listening(interface: str) -> None:
    """`ConfigError` where there is no such interface, or this process may not listen."""
    try:
        socket.if_nametoindex(interface)
    except OSError:
        there = ", ".join(name for _, name in socket.if_nameindex())
        raise ConfigError(f"there is no interface {one_line(interface, 40)!r} here; there are: {there}") from None
    if not may_send_raw():
        raise ConfigError(
            "listening needs a raw socket: run as root, or with CAP_NET_RAW; `tocsin import` reads a capture without"
        )


async def listen(
    interface: str, udp_ports: Iterable[int], stop: asyncio.Event, *, seconds: float = 0.0, promiscuous: bool = False
) -> AsyncGenerator[Overheard | Tally, None]:
    """Listen for so many seconds, or for ever (0), or until `stop`; then what has come is given still. `BridgeEnded` where the interface goes away."""
    command = {
        "command": "listen",
        "interface": interface,
        "seconds": seconds,
        "promiscuous": promiscuous,
        "udp_ports": sorted(set(udp_ports)),
    }
    async with Bridge("l2", scope_command((), (), ())) as bridge:
        stopper = asyncio.create_task(_stop(bridge, stop))
        try:
            async for event in bridge.follow(command):
                match event["event"]:
                    case "frame":
                        yield Overheard(base64.b64decode(event["data"]), event["time"])
                    case "heard":
                        yield Tally(event["frames"], event["dropped"])
        except BridgeRefused as error:
            raise ConfigError(f"cannot listen: {error}") from error
        finally:
            stopper.cancel()


async def _stop(bridge: Bridge, stop: asyncio.Event) -> None:
    await stop.wait()
    with suppress(BridgeEnded):  # then `follow` says it
        await bridge.tell({"command": "stop"})


__all__ = ["BridgeEnded", "Overheard", "Tally", "listen", "require_listening"]

"""Makes what services need before their first conversation (keys, and libraries that are slow to import), without holding up the conversations of others."""

import asyncio
import os
import socket
from concurrent.futures import ThreadPoolExecutor

from lab import certificates
from lab.doors import is_open
from lab.fake import Service, Stream
from lab.plan import Placed


class Preparation:
    """What was prepared for the devices of one city; a setting that is changed may ask for it anew."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(os.cpu_count())
        self._done: dict[tuple[str, int], Service] = {}

    def make(self, placed: Placed, service: Service) -> None:
        """Make it now; any thread may."""
        if isinstance(service, Stream):
            service.prepare(placed.name, placed.addresses)
            if service.tls:
                certificates.context(placed.name, service.tls, placed.addresses)
            self._done[placed.name, service.port] = service

    async def make_for(self, client: socket.socket, placed: Placed, service: Stream) -> None:
        """Return when the conversation with a client can begin; raises `OSError` where it has gone in the meantime. What ends this closes its connection."""
        takes_time = service.tls is not None or type(service).prepare is not Stream.prepare
        if takes_time and self._done.get((placed.name, service.port)) is not service:
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._threads, self._make_for, client, placed, service)
            except BaseException:  # also where the city ends meanwhile
                client.close()
                raise

    def end(self) -> None:
        """Make nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _make_for(self, client: socket.socket, placed: Placed, service: Stream) -> None:
        if not is_open(client):
            raise ConnectionAbortedError("who only looked whether the port is open needs no key")
        self.make(placed, service)

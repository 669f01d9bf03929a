"""A Niagara station's greeting in Fox, after the answers that public tools have recorded; nobody can log in."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_LIMIT = 4096


@dataclass(frozen=True)
class Fox(Stream):
    """A JACE or a supervisor. It answers a hello with what it is; any other frame is harm."""

    host_id: str
    station: str
    port: int = 1911
    tls: TLS | None = None
    host: str = "192.168.1.140"
    version: str = "4.10.0.154"
    virtual_machine: tuple[str, str] = ("OpenJDK Client VM", "25.232-b154")
    system: tuple[str, str] = ("QNX", "7.0.0")
    brand: str = "vykon"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer one hello."""
        try:
            frame = await reader.readuntil(b"};;\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        if not frame.startswith(b"fox a ") or b" fox hello\n{\n" not in frame[:_LIMIT]:
            visit.harm("a Fox frame that is no hello")
            return
        fields = {
            "fox.version": "s:1.0.1",
            "id": "i:14",
            "hostName": f"s:{self.host}",
            "hostAddress": f"s:{self.host}",
            "app.name": "s:Station",
            "app.version": f"s:{self.version}",
            "vm.name": f"s:{self.virtual_machine[0]}",
            "vm.version": f"s:{self.virtual_machine[1]}",
            "os.name": f"s:{self.system[0]}",
            "os.version": f"s:{self.system[1]}",
            "station.name": f"s:{self.station}",
            "lang": "s:en",
            "timeZone": "s:Europe/Berlin;3600000;3600000;02:00:00.000,wall,march,-1,on or after,sunday,undefined",
            "hostId": f"s:{self.host_id}",
            "vmUuid": "s:11ec2f6a-01c4-6e9c-0000-000000003f3f",
            "brandId": f"s:{self.brand}",
        }
        lines = "".join(f"{name}={value}\n" for name, value in fields.items())
        writer.write(f"fox a 0 -1 fox hello\n{{\n{lines}}};;\n".encode())
        await writer.drain()
        if await reader.read(_LIMIT):
            visit.harm("a Fox frame after the hello")

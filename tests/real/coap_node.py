"""A program: a LwM2M node on the address and the port of its command line, until it is ended."""

import asyncio
import sys

import aiocoap  # type: ignore[import-untyped]  # it ships without types
from aiocoap import resource

TLV = 11542
DEVICE = {0: b"Example", 1: b"Node 4", 2: b"N4-000077", 3: b"2.1.0"}


class Device(resource.Resource):  # type: ignore[misc]  # as above
    """The instance of the Device object, as TLV."""

    def get_link_description(self):
        return {
            "rt": "oma.lwm2m",
            "title": "a title long enough that the whole list does not fit into one block of this server " * 8,
        }

    async def render_get(self, request):
        body = b"".join(b"\xc8" + bytes((number, len(text))) + text for number, text in DEVICE.items())
        return aiocoap.Message(payload=body, content_format=TLV)


async def main():
    site = resource.Site()
    site.add_resource([".well-known", "core"], resource.WKCResource(site.get_resources_as_linkheader, impl_info=None))
    site.add_resource(["3", "0"], Device())
    site.add_resource(["4", "0"], Device())
    await aiocoap.Context.create_server_context(site, bind=(sys.argv[1], int(sys.argv[2])), transports=["udp6"])
    await asyncio.get_running_loop().create_future()


asyncio.run(main())

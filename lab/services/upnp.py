"""A UPnP device description (UPnP Device Architecture 1.1, section 2.3): an XML page on a web server of its own."""

from xml.sax.saxutils import escape

from lab.services.http import Application, Http, Page


def description(
    port: int,
    path: str,
    udn: str,
    *,
    server: str = "",
    inner: str = "",
    applications: tuple[tuple[str, Application], ...] = (),
    **elements: str,
) -> Http:
    """A web server with the description at `path`; `elements` are "manufacturer", "modelName" and so on, `inner` the devices within, as XML."""
    stated = {"deviceType": "urn:schemas-upnp-org:device:Basic:1", **elements, "UDN": udn}
    device = "".join(f"<{name}>{escape(text)}</{name}>\n" for name, text in stated.items())
    document = (
        '<?xml version="1.0"?>\n<root xmlns="urn:schemas-upnp-org:device-1-0">\n'
        f"<specVersion><major>1</major><minor>0</minor></specVersion>\n<device>\n{device}{inner}</device>\n</root>\n"
    )
    pages = ((path, Page(document, kind="text/xml")),)
    return Http(port=port, server=server, pages=pages, applications=applications, keeps_alive=False)

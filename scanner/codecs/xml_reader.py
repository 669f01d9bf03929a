"""XML from devices, read in one place: without entities and without the network, bounded in depth by libxml2, and whatever is broken in it passed over."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from inventory.errors import ProtocolError
from inventory.text import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


def read_xml(document: bytes, what: str) -> "Element":
    """The root element; `ProtocolError` where there is none, with `what` ("a UPnP description") in its words."""
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(document.strip(b" \t\r\n\0").removeprefix(b"\xef\xbb\xbf"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ProtocolError(f"{what} that is not XML: {one_line(str(error), 80)}") from error
    if root is None:  # what a parser that recovers makes of no element at all
        raise ProtocolError(f"{what} without an element")
    return root


def local_name(element: object) -> str:
    """The name without its namespace or its undeclared prefix; "" of what is no element but a comment or an entity."""
    tag = getattr(element, "tag", "")
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def named(within: "Element", name: str) -> Iterator["Element"]:
    """Every element of that local name, `within` itself among them, in the document's order."""
    return (element for element in within.iter() if local_name(element) == name)


def first(within: "Element", name: str) -> "Element | None":
    """The first element of that local name, None where there is none."""
    return next(named(within, name), None)


def text_of(element: "Element | None", limit: int = 512) -> str:
    """The element's own text on one line, "" where there is none."""
    return one_line(element.text or "", limit) if element is not None else ""


def texts(within: "Element", names: Mapping[str, str]) -> dict[str, str]:
    """What the children of `within` say: of each local name in `names` the first text that is not empty, under the name it maps to."""
    found: dict[str, str] = {}
    for child in within:
        name = names.get(local_name(child))
        text = text_of(child) if name else ""
        if name and text:
            found.setdefault(name, text)
    return found

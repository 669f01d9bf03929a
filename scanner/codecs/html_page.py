"""What a device's start page says to a reader: its title, who generated it, whether it asks for a password, its visible text.

One pass over the bytes, in time linear in their number whatever they are; nothing is executed and nothing is fetched.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.text import one_line

TEXT_LIMIT = 200
_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]*)")
_ATTRIBUTE = re.compile(r"""(?<![^\s"'/])([^\s=>"'/]+)\s{0,8}=\s{0,8}("[^"]*"|'[^']*'|[^\s>]+)""")
_REFRESH = re.compile(r"[\d.\s]*[;,]?\s*url\s*=\s*['\"]?([^'\"\s>]+)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s{0,8}=\s{0,8}[\"']?([A-Za-z0-9_.:-]{1,40})")
_UNSEEN = frozenset(("script", "style", "textarea", "noscript", "select", "svg"))
_TAG_LIMIT = 2048
_CODECS = {  # only these: other names would reach codecs that are not about text
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",  # as the WHATWG Encoding Standard reads the label
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-2": "iso8859-2",
    "iso-8859-15": "iso8859-15",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "koi8-r": "koi8-r",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "euc-jp": "euc-jp",
    "shift_jis": "cp932",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be read on a page; texts are one line each, visible, "" where there is none. `refresh` is the address that the page itself leads on to."""

    title: str = ""
    generator: str = ""
    password_form: bool = False
    text: str = ""
    refresh: str = ""


def decode(body: bytes, content_type: str = "") -> str:
    r"""The text of a page in the charset that its header or itself names; UTF-8 otherwise, and bytes that do not fit as ``\xNN``."""
    named = _CHARSET.search(content_type.lower().encode("ascii", "replace")) or _CHARSET.search(body[:1024].lower())
    codec = _CODECS.get(named[1].decode(), "utf-8") if named else "utf-8"
    return body.decode(codec, "backslashreplace")


def read_page(text: str) -> Page:
    """Read a page, however broken its markup."""
    title, generator, refresh, password = "", "", "", False
    seen: list[str] = []
    inside = ""
    for kind, piece in pieces(text):
        if kind == "text":
            if inside == "title":
                title = title or one_line(html.unescape(piece))
            else:
                seen.append(piece)
            continue
        inside = kind
        if kind == "meta":
            said = attributes(piece)
            if said.get("name", "").lower() == "generator":
                generator = generator or one_line(said.get("content", ""), 200)
            elif said.get("http-equiv", "").lower() == "refresh":
                target = _REFRESH.match(said.get("content", "")[:500])
                refresh = refresh or (target[1] if target else "")
        elif kind == "input":
            password = password or attributes(piece).get("type", "").lower() == "password"
    shown = one_line(html.unescape(" ".join(seen)[:8192]), 8192)
    return Page(title, generator, password, shown[:TEXT_LIMIT], refresh)


def visible(text: str) -> str:
    """All that a reader sees of a page, its title included: a line for each stretch of text between two tags."""
    return html.unescape("\n".join(piece for kind, piece in pieces(text) if kind == "text"))


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """("text", characters) and (name of the tag, the tag) in their order; what scripts and styles hold is passed over."""
    lower = text.lower() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text)
    at = 0
    while at < len(text):
        opened = text.find("<", at)
        if opened < 0:
            yield "text", text[at:]
            return
        if opened > at:
            yield "text", text[at:opened]
        comment = text.startswith("<!--", opened)
        closed = text.find("-->" if comment else ">", opened + 1)
        if closed < 0:
            return
        at = closed + (3 if comment else 1)
        tag = text[opened + 1 : closed]
        name = _TAG_NAME.match(tag)
        if comment or name is None:
            continue
        kind = name[1].lower()
        yield ("/" if tag.startswith("/") else "") + kind, tag
        if kind in _UNSEEN and not tag.startswith("/"):
            at = lower.find(f"</{kind}", at)
            if at < 0:
                return


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, the first of each name."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(tag[:_TAG_LIMIT]):
        found.setdefault(name.lower(), html.unescape(value.strip("\"'")))
    return found

"""What a device's start page says to a reader: its title, who generated it, its forms and whether it asks for a password, its visible text, its links.

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
_INLINE = frozenset(("b", "big", "em", "font", "i", "small", "span", "strong", "u"))
_STILL = frozenset(
    (
        *("html", "head", "title", "meta", "style", "link", "body", "header", "footer", "main", "section"),
        *("article", "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "pre", "b", "i", "u"),
        *("em", "strong", "small", "font", "center", "img", "ul", "ol", "li", "dl", "dt", "dd", "table"),
        *("caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    )
)
# A handler of events, a meta that leads on, an address of a script.
_LIVE = re.compile(r"""[\s"'/]on[a-z]{3,24}\s{0,8}=|http-equiv\s{0,8}=\s{0,8}["']?\s{0,8}refresh|javascript:""")
_TAG_LIMIT = 2048
_FORMS, _FIELDS, _LINKS, _WORDS = 16, 64, 256, 8192
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
class Field:
    """A field of a form: its kind in lower case ("text" where none is named), its name and what it holds at first, as they stand in the page."""

    kind: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page with its fields in their order; `method` and `encoding` in lower case, `about` is what its tag says of itself (id, name, class)."""

    method: str = "get"
    action: str = ""
    encoding: str = ""
    about: str = ""
    fields: tuple[Field, ...] = ()

    def of(self, *kinds: str) -> tuple[Field, ...]:
        """Its fields of those kinds."""
        return tuple(field for field in self.fields if field.kind in kinds)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link or a frame leads, as it stands in the page, and the tag it stands in."""

    to: str
    tag: str


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be read on a page; texts are one line each, visible, "" where there is none. `refresh` is the address that the page itself leads on to.

    `text` is the beginning of `words`, which is all that is to be read. `loose` are the fields that stand in no form, `base` what addresses are relative to.
    """

    title: str = ""
    generator: str = ""
    password_form: bool = False
    text: str = ""
    refresh: str = ""
    words: str = ""
    forms: tuple[Form, ...] = ()
    loose: tuple[Field, ...] = ()
    links: tuple[Link, ...] = ()
    base: str = ""


class _Reading:
    """The forms and the links of a page, as its tags come."""

    def __init__(self) -> None:
        self.forms: list[tuple[dict[str, str], list[Field]]] = []
        self.loose: list[Field] = []
        self.links: list[Link] = []
        self.base = ""
        self._open = self.loose

    def take(self, kind: str, tag: str) -> None:
        """Take one tag that may belong to a form, or that leads somewhere."""
        if kind == "form":
            self._open = []
            if len(self.forms) < _FORMS:
                self.forms.append((attributes(tag), self._open))
        elif kind == "/form":
            self._open = self.loose
        elif kind in {"input", "button", "select", "textarea"}:
            self._field(kind, attributes(tag))
        elif kind in {"a", "area", "frame", "iframe"} and len(self.links) < _LINKS:
            said = attributes(tag)
            to = said.get("href" if kind in {"a", "area"} else "src", "")
            self.links.append(Link(to, tag[:_TAG_LIMIT]))
        elif kind == "base":
            self.base = self.base or attributes(tag).get("href", "")

    def _field(self, kind: str, attributes: dict[str, str]) -> None:
        usual = {"input": "text", "button": "submit"}.get(kind)
        named = attributes.get("type", "").strip().lower()
        if len(self._open) < _FIELDS:
            self._open.append(
                Field((named or usual) if usual else kind, attributes.get("name", ""), attributes.get("value", ""))
            )

    def read_forms(self) -> tuple[Form, ...]:
        """The forms in their order."""
        return tuple(
            Form(
                attributes.get("method", "get").strip().lower(),
                attributes.get("action", "").strip(),
                attributes.get("enctype", "").strip().lower(),
                " ".join(attributes.get(name, "") for name in ("id", "name", "class")),
                tuple(fields),
            )
            for attributes, fields in self.forms
        )


def decode(body: bytes, content_type: str = "") -> str:
    r"""The text of a page in the charset that its header or itself names; UTF-8 otherwise, and bytes that do not fit as ``\xNN``."""
    named = _CHARSET.search(content_type.lower().encode("ascii", "replace")) or _CHARSET.search(body[:1024].lower())
    codec = _CODECS.get(named[1].decode(), "utf-8") if named else "utf-8"
    return body.decode(codec, "backslashreplace")


def read_page(text: str) -> Page:
    """Read a page, however broken its markup."""
    title, generator, refresh = "", "", ""
    seen: list[str] = []
    reading = _Reading()
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
        else:
            reading.take(kind, piece)
    shown = one_line(html.unescape(" ".join(seen)[:_WORDS]), _WORDS)
    forms, loose = reading.read_forms(), tuple(reading.loose)
    password = any(field.kind == "password" for form in (*forms, Form(fields=loose)) for field in form.fields)
    links = tuple(reading.links)
    return Page(title, generator, password, shown[:TEXT_LIMIT], refresh, shown, forms, loose, links, reading.base)


def is_still(text: str) -> bool:
    """Whether a page of HTML, whole to its end, is to be read and no more: nothing on it can be filled in, followed, pressed or run."""
    tags = [(kind, piece.lower()) for kind, piece in pieces(text) if kind != "text"]
    whole = "/html" in {kind for kind, _ in tags}
    return whole and all(kind.removeprefix("/") in _STILL and not _LIVE.search(piece) for kind, piece in tags)


def visible(text: str) -> str:
    """All that a reader sees of a page, its title included: a line for each stretch of text; tags that only change how it looks do not end one."""
    seen: list[str] = []
    for kind, piece in pieces(text):
        if kind == "text":
            seen.append(piece)
        elif seen and seen[-1] != "\n" and kind.removeprefix("/") not in _INLINE:
            seen.append("\n")
    return html.unescape("".join(seen))


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

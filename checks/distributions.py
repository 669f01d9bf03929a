"""Whether a component is a distribution's own build, into which fixes are carried back without a change of its number.

OpenSSH 7.4p1 of Debian 9 was mended for years and went on calling itself 7.4p1. Its release day still bounds the build from below; of its holes the number
says nothing.
"""

import re

_LONGEST = 1024
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("Raspbian", r"\braspbian\b"),
        ("Ubuntu", r"ubuntu"),
        ("Debian", r"\bdebian\b|[+~]deb\d{1,2}u\d|[+~]b?po\d{1,2}\+"),
        ("CentOS", r"\bcentos\b"),
        ("Fedora", r"\bfedora\b|\.fc\d{1,2}\b"),
        ("Red Hat", r"\bred ?hat\b|[-.]el\d{1,2}(?!\w)|[-.]el\d{1,2}_\d"),
        ("SUSE", r"\bsuse\b|\bsles\b"),
        ("FreeBSD", r"\bfreebsd\b"),
        ("OpenWrt", r"\bopenwrt\b|\blede\b"),
        ("a distribution", r"\d-r\d{1,3}(?![\w.])"),
    )
)
SAYS_NOTHING = "fixes are carried back without a change of the number, which so says nothing of its patch level"


def distribution_of(component: str, heard: str = "") -> str:
    """Whose build the component is by its own name or by the text that it was heard in: "Debian"; "" where neither says so.

    A component that is a distribution itself ("debian 9", "openwrt 19.07.3") is nobody's build of another's code.
    """
    for name, mark in _MARKS:
        if re.match(name, component, re.IGNORECASE):
            return ""
        if mark.search(component[:_LONGEST]) or mark.search(heard[:_LONGEST]):
            return name
    return ""

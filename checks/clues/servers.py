"""Servers whose version is a date, or states one: the day of that release. No firmware carries code from its own future, so it was put together later."""

import re

from checks.clue import Said, method, since
from checks.days import digits, named
from inventory.model import Confidence

_ACME = re.compile(r"\b(?:(?:mini_|t|st|micro_)httpd)/\d\.[\w.]{1,12} (\d\d[a-zA-Z]{3}(?:20\d\d|\d\d))(?!\d)")
_JETTY = re.compile(r"\b[Jj]etty.{0,3}\d{1,2}\.\d{1,2}\.\d{1,3}\.(?:v|RC\w{1,4}\.v|M\d\.v)?(20\d{6})(?!\d)")
_LIVE555 = re.compile(r"\bLIVE555 Streaming Media v(20\d\d\.\d\d\.\d\d)(?!\d)")


@method(
    "acme-httpd-release",
    Confidence.CONFIRMED,
    facts=("http.server",),
    source="ACME Laboratories' web servers name their release's day: mini_httpd/1.19 19dec2003, thttpd/2.25b 29dec2003",
)
def acme_httpd_release(text: str) -> Said:
    """The day behind the version, with a year of two digits before 2001."""
    found = _ACME.search(text)
    return since(named(found[1])) if found else None


@method(
    "jetty-release",
    Confidence.CONFIRMED,
    facts=("http.server",),
    source="Eclipse Jetty's version ends in its release's day until 9.4: Jetty(9.4.18.v20190429)",
)
def jetty_release(text: str) -> Said:
    """`Jetty(9.4.18.v20190429)`."""
    found = _JETTY.search(text)
    return since(digits(found[1])) if found else None


@method(
    "live555-release",
    Confidence.CONFIRMED,
    facts=("rtsp.server",),
    source="LIVE555's version is its release's day: 'LIVE555 Streaming Media v2013.04.08' (live555.com, changelog)",
)
def live555_release(text: str) -> Said:
    """`v2013.04.08`."""
    found = _LIVE555.search(text)
    return since(named(found[1])) if found else None

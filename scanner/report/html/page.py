"""The page, put together: templates for what is told, one style, one script, and the devices as data."""

import importlib
import importlib.resources
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from inventory.model import Severity
from inventory.report import Assessment
from inventory.text import counted, one_line
from scanner.edition import Edition
from scanner.filters import keys, values
from scanner.report.html import records, summary
from scanner.report.html.news import News, news
from scanner.report.html.texts import Texts, compact
from scanner.report.html.words import anchor, named
from scanner.waiving import known_checks

if TYPE_CHECKING:
    from jinja2 import Environment

STATIC = 200
"""Devices that stand in the page itself, for readers without a script and on paper."""
_SCRIPTS = (
    *("data", "folding", "addresses", "words", "keys", "query"),  # the language of filters
    *("timeline", "sheet", "rows", "page"),
)
_LONGEST = 4096
_DRAWINGS = (
    ("trend", "How it went over the scans"),
    ("bands", "Devices by band"),
    ("segments", "Devices by segment"),
    ("kinds", "Devices by kind"),
    ("departments", "Devices by department"),
    ("sites", "Devices by site"),
    ("certificates", "Certificates by the month in which they end"),
    ("firmware", "Age of the firmware by kind"),
)


def page(edition: Edition) -> Iterator[str]:
    """The text of the page, a piece at a time."""
    environment, texts = _environment(), Texts()
    told = _told(edition)
    yield from environment.get_template("top.html").generate(**told)
    yield '<script type="application/json" id="data-devices">'
    yield from records.written(edition.report.ranked, texts)
    yield '</script>\n<script type="application/json" id="data-texts">'
    yield from texts.written()
    yield f'</script>\n<script type="application/json" id="data-words">{compact(_words())}</script>\n'
    yield from environment.get_template("end.html").generate(**told)


def _words() -> dict[str, Sequence[str]]:
    """The keys of a filter, in order, each with the words that may stand behind it where there is a list of them."""
    return {key: known_checks() if key == "check" else values(key) for key in keys(date.min)}


def policy() -> str:
    """The page's Content-Security-Policy: nothing is loaded, and nothing runs but this style and this script."""
    allowed = ("default-src 'none'", f"style-src {_hash(style())}", f"script-src {_hash(script())}")
    return "; ".join((*allowed, "img-src data:", "base-uri 'none'", "form-action 'none'"))


@cache
def style() -> str:
    """The style sheet."""
    return _file("style.css")


@cache
def script() -> str:
    """The script: its files in one function, so that no name of theirs is the page's."""
    parts = "\n".join(_file("script", f"{name}.js") for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _file(*names: str) -> str:
    return importlib.resources.files("scanner.report.html").joinpath(*names).read_text(encoding="utf-8")


def _environment() -> "Environment":
    """Everything that a template shows is made visible, and then escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("scanner.report.html"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    """A value as the page shows it; our own markup stays what it is, and a severity is its name."""
    if hasattr(value, "__html__"):
        return value
    return value.label if isinstance(value, Severity) else one_line(str(value), _LONGEST)


def _told(edition: Edition) -> dict[str, Any]:
    """What the templates may name."""
    from markupsafe import Markup

    report = edition.report
    plan, steps = summary.plan(report)
    ends, more_ends = summary.certificates(edition)
    return {
        "edition": edition,
        "report": report,
        "scan": report.scan,
        "policy": policy(),
        "style": Markup(style()),
        "script": Markup(script()),
        "summary": summary,
        "news": _news(edition),
        "plan": plan,
        "steps": steps,
        "certificates": ends,
        "more_certificates": more_ends,
        "findings": sum(len(one.counted) for one in report.assessments),
        "worst": [one for one in report.ranked if one.counted][:STATIC],
        "drawings": list(_drawings(edition)),
        "named": named,
        "anchor": anchor,
        "count": counted,
        "where": records.where,
        "listed": summary.LISTED,
        "severity_of": _severity_of,
    }


def _news(edition: Edition) -> News | None:
    return news(edition.report, edition.change) if edition.change else None


def _severity_of(assessment: Assessment) -> str:
    return assessment.score.band.label if assessment.counted else "none"


def _drawings(edition: Edition) -> Iterator[dict[str, Any]]:
    """The drawings that have something to show, each with what stands above it."""
    contexts = [one.context for one in edition.report.assessments]
    shows = {
        "trend": len(edition.trend) > 1,
        "departments": any(context.department for context in contexts),
        "sites": any(context.site for context in contexts),
        "certificates": edition.today is not None,
        "firmware": edition.today is not None,
    }
    for name, title in _DRAWINGS if contexts else ():
        if shows.get(name, True):
            draw = importlib.import_module(f"scanner.drawings.{name}").draw
            yield {"title": title, "svg": draw(edition)}

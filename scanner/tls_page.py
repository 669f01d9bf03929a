"""One TLS endpoint on a page: what it accepts, its certificate, what is wrong with it and how to mend it, and what asking took.

What was not asked, or not said, does not show; what could not be asked to its end is said. Everything here came from the device, or may have: it is shown as
`cell` shows it, and obeyed nowhere.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from checks.cipher_suites import Weakness, all_suites, suite_name
from inventory.model import Observation, Severity, Status
from inventory.report import Assessment
from scanner.codecs.tls_codec import SSL20, VERSIONS
from scanner.sheet import finding_in_words, indented, section
from scanner.terminal import BAND_STYLES, cell, name_of, table

T = TypeVar("T")
_GOOD = "green"
_OLD = {"SSLv2": Severity.CRITICAL, "SSLv3": Severity.CRITICAL, "TLSv1.0": Severity.MEDIUM, "TLSv1.1": Severity.MEDIUM}
_ORDERS = {
    "server": "in the order that the server prefers",
    "client": "the client decides which is taken",
}
# Each with the words for it, and the value that is good; None where neither is.
_FLAGS: tuple[tuple[str, str, bool | None], ...] = (
    ("tls.secure_renegotiation", "secure renegotiation (RFC 5746)", True),
    ("tls.extended_master_secret", "extended master secret (RFC 7627)", True),
    ("tls.encrypt_then_mac", "encrypt-then-MAC (RFC 7366)", None),
    ("tls.fallback_scsv", "refuses fallbacks (RFC 7507)", None),
    ("tls.compression", "compression", False),
    ("tls.heartbeat", "heartbeats (RFC 6520)", False),
    ("tls.truncated_hmac", "truncated HMAC (RFC 6066)", False),
    ("tls.early_data", "early data (0-RTT)", False),
    ("tls.ocsp_stapling", "OCSP stapling", None),
    ("tls.client_certificate", "asks for a client certificate", None),
    ("tls.tickets", "session tickets", None),
)
_SAYINGS = (
    ("tls.starttls", "opened by the command of"),
    ("tls.alpn", "application protocol (ALPN)"),
    ("tls.clock", "its clock"),
    ("tls.nameless_sha256", "certificate without a name"),
)


def page(assessment: Assessment, *, name: str = "", volume: tuple[int, int] = (0, 0)) -> Iterator[RenderableType]:
    """The whole page of the endpoint that was asked; `name` is what the operator called it, `volume` the bytes sent and received."""
    for seen in assessment.device.speaking("tls"):
        yield _title(assessment, seen, name)
        if assessment.quarantine is not None:
            yield cell(assessment.quarantine, "bold red")
        yield from _versions(seen)
        yield from _suites(seen)
        yield from _rows_under("Key exchange", _key_exchange(seen))
        yield from _rows_under("Extensions", _extensions(seen))
        yield from _rows_under("Certificate", _certificate(seen))
        yield from _chain(seen)
        yield from _not_settled(assessment, seen)
        yield from _findings(assessment)
        yield Text("")
        yield _bill(assessment, seen, volume)


def _title(assessment: Assessment, seen: Observation, name: str) -> Text:
    where = str(seen.endpoint).partition("/")[0]
    known = name_of(assessment.device) if assessment.device.claims else ""
    return Text("  ").join(part for part in (cell(where, "bold"), cell(name), cell(known)) if part)


def _versions(seen: Observation) -> Iterator[RenderableType]:
    yield from section("Versions")
    picked = dict(pair.split(" 0x", 1) for pair in _words(seen, "tls.suites") if " 0x" in pair)
    settled = _words(seen, "tls.settled")
    rows = table("version", "accepted", "what a client of all suites gets")
    for version in (SSL20, *VERSIONS):
        accepted = version.name in _words(seen, "tls.versions")
        asked = ("sslv2" if version is SSL20 else "versions") in settled
        word = "yes" if accepted else "no" if asked else "not seen"
        style = _style(_OLD.get(version.name)) if accepted else "dim"
        suite = picked.get(version.name)
        rows.add_row(cell(version.name), cell(word, style), cell(suite_name(suite) if suite else ""))
    yield indented(rows)


def _suites(seen: Observation) -> Iterator[RenderableType]:
    """The suites by version, the newest version first."""
    accepted = _words(seen, "tls.accepted") or _words(seen, "tls.suites")
    order = _ORDERS.get(str(seen.facts.get("tls.preference", "")), "")
    whole = "" if "suites" in _words(seen, "tls.settled") else "those that were seen; not every suite was asked for"
    for version in reversed((SSL20, *VERSIONS)):
        codes = [pair.partition(" 0x")[2] for pair in accepted if pair.startswith(f"{version.name} 0x")]
        if codes:
            remarks = ", ".join(remark for remark in (order, whole) if remark)
            yield from section(f"Suites of {version.name}{': ' if remarks else ''}{remarks}")
            yield indented(_suite_rows(codes))


def _suite_rows(codes: list[str]) -> Table:
    rows = table("", "suite", "strength", "because")
    rows.columns[1].no_wrap = True  # a name that is cut in two is not found again
    for code in codes:
        suite = all_suites().get(code)
        severity = suite.severity if suite else Severity.INFO
        weak = [weakness.value for weakness in Weakness if suite and weakness in suite.weaknesses]
        rows.add_row(
            cell(code, "dim"),
            cell(suite_name(code)),
            cell("good" if severity is None else severity.label if suite else "unknown", _style(severity)),
            cell(", ".join(weak), "dim"),
        )
    return rows


def _key_exchange(seen: Observation) -> Iterator[tuple[str, Text]]:
    if groups := _words(seen, "tls.groups"):
        yield "groups", cell(", ".join(groups))
    bits, prime = seen.facts.get("tls.dh_bits"), seen.facts.get("tls.dh_prime")
    if isinstance(bits, int):
        severity = next((s for most, s in ((1023, Severity.CRITICAL), (2047, Severity.HIGH)) if bits <= most), None)
        yield "Diffie-Hellman", cell(f"{bits} bits{f', prime {prime}' if prime else ''}", _style(severity))


def _extensions(seen: Observation) -> Iterator[tuple[str, Text]]:
    for fact, words, good in _FLAGS:
        value = seen.facts.get(fact)
        if isinstance(value, bool):
            style = "" if good is None else _GOOD if value is good else _style(Severity.MEDIUM)
            yield words, cell("yes" if value else "no", style)
    lifetime = seen.facts.get("tls.ticket_lifetime")
    if isinstance(lifetime, int):
        yield "lifetime of its tickets", cell(f"{lifetime:,} s")
    yield from ((words, cell(seen.facts[fact])) for fact, words in _SAYINGS if seen.facts.get(fact))


def _certificate(seen: Observation) -> Iterator[tuple[str, Text]]:
    def said(words: str, fact: str) -> Iterator[tuple[str, Text]]:
        value = seen.facts.get(fact)
        if value not in (None, "", ()):
            yield words, cell(", ".join(value) if isinstance(value, tuple) else value)

    yield from said("subject", "tls.subject")
    yield from said("issuer", "tls.issuer")
    if seen.facts.get("tls.self_signed") is True:
        yield "", cell("signed with its own key", _style(Severity.LOW))
    yield from said("serial number", "tls.serial")
    yield from _validity(seen)
    yield from _key(seen)
    yield from said("signed with", "tls.signature_hash")
    if seen.facts.get("tls.is_ca") is True:
        yield "", cell("an authority's certificate", _style(Severity.LOW))
    yield from said("names", "tls.sans")
    yield from said("key usage", "tls.key_usage")
    yield from said("purposes", "tls.extended_key_usage")
    yield from said("SHA-256", "tls.sha256")
    yield from said("SHA-256 of its key", "tls.spki_sha256")
    yield from said("not read", "tls.certificate_error")


def _validity(seen: Observation) -> Iterator[tuple[str, Text]]:
    start, end = seen.facts.get("tls.not_before"), seen.facts.get("tls.not_after")
    if not isinstance(end, str):
        return
    words, style = f"{_day(start)} to {_day(end)}", ""
    try:
        left = (datetime.fromisoformat(end) - seen.when).days
    except (ValueError, TypeError, OverflowError):
        yield "valid", cell(words)
        return
    if left < 0:
        words, style = f"{words}, expired {-left:,} days ago", _style(Severity.HIGH)
    else:
        words += f", {left:,} days left"
    yield "valid", cell(words, style)


def _key(seen: Observation) -> Iterator[tuple[str, Text]]:
    kind, bits = seen.facts.get("tls.key_type"), seen.facts.get("tls.key_bits")
    curve, exponent = seen.facts.get("tls.curve"), seen.facts.get("tls.exponent")
    if kind:
        parts = (str(kind).upper(), f"{bits} bits" if bits else "", curve, f"exponent {exponent}" if exponent else "")
        yield "key", cell(" ".join(str(part) for part in parts if part))


def _chain(seen: Observation) -> Iterator[RenderableType]:
    """The certificates as sent, where there are more than the leaf."""
    hashes = _words(seen, "tls.chain")
    if len(hashes) < 2:
        return
    yield from section("Chain as sent")
    rows = table("", "subject", "until", "signed with", "SHA-256")
    columns = [_words(seen, f"tls.chain_{column}") for column in ("subjects", "not_after", "hashes")]
    for number, sha256 in enumerate(hashes):
        subject, until, digest = (column[number] if number < len(column) else "" for column in columns)
        rows.add_row(cell(number), cell(subject), cell(_day(until)), cell(digest), cell(sha256))
    yield indented(rows)


def _not_settled(assessment: Assessment, seen: Observation) -> Iterator[RenderableType]:
    """What could not be asked to its end, and what could not be judged for that."""
    gaps = {f"{gap.protocol} on {gap.endpoint}: {gap.reason}": gap.reason for gap in assessment.device.gaps}
    lines, open_ = [*_words(seen, "tls.unsettled"), *gaps.values()], dict[str, list[str]]()
    for outcome in assessment.outcomes:
        undone = outcome.status in (Status.UNREACHED, Status.FAILED, Status.FOUND)
        reason = "; ".join(part for part in outcome.reason.split("; ") if part not in gaps)  # said once is enough
        if undone and reason:
            open_.setdefault(reason, []).append(outcome.check)
    lines += [f"{', '.join(checks)}: {reason}" for reason, checks in open_.items()]
    if lines:
        yield from section("Not settled")
        yield from (indented(cell(line)) for line in lines)


def _findings(assessment: Assessment) -> Iterator[RenderableType]:
    yield from section("Findings")
    if not assessment.findings:
        yield indented(cell("none"))
    for finding in assessment.findings:
        yield from finding_in_words(finding, evidence=False)


def _bill(assessment: Assessment, seen: Observation, volume: tuple[int, int]) -> Text:
    """What it took."""
    hellos, sent = seen.facts.get("tls.hellos"), assessment.traffic
    counted = f"{hellos} hellos in " if isinstance(hellos, int) else ""
    return cell(
        f"asked: {counted}{sent.connections} connections, {sent.packets_sent:,} packets; "
        f"{volume[0]:,} bytes sent, {volume[1]:,} received"
    )


def _rows_under(title: str, rows: Iterator[tuple[str, Text]]) -> Iterator[RenderableType]:
    """A section of words and values, if there are any."""
    known = list(rows)
    if not known:
        return
    yield from section(title)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for words, value in known:
        grid.add_row(Text(words, style="dim"), value)
    yield indented(grid)


def _words(seen: Observation, fact: str) -> tuple[str, ...]:
    value = seen.facts.get(fact)
    return value if isinstance(value, tuple) else ()


def _day(moment: object) -> str:
    """The day of a moment in ISO 8601; "?" where there is none."""
    return str(moment).partition("T")[0] if moment else "?"


def _style(severity: Severity | None) -> str:
    return _GOOD if severity is None else BAND_STYLES[severity]

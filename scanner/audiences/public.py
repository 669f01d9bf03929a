"""For the public: how many, and of what sort, in numbers that cannot be traced to a device (`scanner.audiences.disclosure`)."""

from collections import Counter
from collections.abc import Iterator

from inventory.model import KINDS, Family, Severity
from inventory.report import Assessment
from inventory.text import one_line
from scanner.audiences.disclosure import OTHERS, K, Rounding, Told, shares, table
from scanner.audiences.page import BAND_WORDS, Bar, Bars, Block, Heading, Page, Paragraph, Points
from scanner.audiences.plain import kind_in_words, kind_of
from scanner.edition import Edition

_UNKNOWN = "of a kind that is not known"
_AGES = (
    "the day of its software is known",
    "its software is no older than a known day",
    "how old its software is, is not known",
)
_FAMILIES = {
    Family.CREDENTIALS: "doors: passwords and access",
    Family.TLS: "encryption",
    Family.FIRMWARE: "age of the software",
    Family.PORTS: "services that are open to the network",
}
_TONES = {BAND_WORDS[band]: band.label if band else "none" for band in sorted(Severity, reverse=True)}


def page(edition: Edition, key: bytes) -> Page:
    """The page of an edition, whose report is ranked; the same key rounds the same numbers in the same way."""
    name = one_line(edition.city, 60)
    month = f"{edition.today:%B %Y}" if edition.today else ""
    return Page(
        "public",
        f"{name + ': how' if name else 'How'} safe the city's connected devices are",
        f"A report to the public{f', {month}' if month else ''}",
        tuple(_blocks(edition.report.assessments, Rounding(key))),
        (
            (
                f"Every number is rounded to a multiple of {K}, up or down by chance, so they do not add up. Groups of fewer than {K} devices are told"
                " together with others. No device, place, maker or department is named, so that nobody is helped to find a weak one."
            ),
        ),
    )


def _blocks(devices: tuple[Assessment, ...], rounding: Rounding) -> Iterator[Block]:
    if len(devices) < K:
        yield Paragraph(
            f"Fewer than {K} devices were examined. So few are not reported on, because they could be recognised.",
            lead=True,
        )
        return
    about = rounding.of("all", "", len(devices))
    yield Paragraph(
        f"The city tested about {about:,} of its connected devices, such as cameras and controllers, for weaknesses.",
        lead=True,
    )
    yield Paragraph(
        "The tests harm nothing and read nothing that devices record of people. What is found is mended in the order of its danger."
    )
    yield from _shown("How great the risk is", "band", Counter(_risk(one) for one in devices), tuple(_TONES), rounding)
    yield from _families(devices, about, rounding)
    yield from _shown("What the devices are", "kind", Counter(map(_kind, devices)), _KIND_WORDS, rounding)
    yield from _shown("How old their software is", "age", Counter(map(_age, devices)), _AGES, rounding)
    yield Heading("What the words mean")
    yield Points(
        (
            "Critical: somebody in the city's own network could take over the device, or see what it sees, with what is publicly known.",
            "High: it takes a little more, or does less. Medium and low: weaknesses that matter together with others.",
            "A device can have a weakness and still do its work well; a weakness is a door that could be opened, not a break-in.",
        )
    )


def _shown(
    title: str, name: str, counts: dict[str, int], groups: tuple[str, ...], rounding: Rounding
) -> Iterator[Block]:
    told: Told | None = table(name, counts, groups, rounding)
    yield Heading(title)
    if told is None:
        yield Paragraph("The groups are too small to be told apart.", quiet=True)
        return
    ordered = (
        told.groups if name != "kind" else sorted(told.groups, key=lambda one: (one[0] == OTHERS, -one[1], one[0]))
    )
    yield Bars(
        "Devices",
        tuple(Bar(group, number, f"about {number:,}", _TONES.get(group, "accent")) for group, number in ordered),
    )


def _families(devices: tuple[Assessment, ...], about: int, rounding: Rounding) -> Iterator[Block]:
    """How many devices have a weakness of each family that counts for more than a remark."""
    having = {
        words: sum(any(f.family is family and f.severity > Severity.INFO for f in one.counted) for one in devices)
        for family, words in _FAMILIES.items()
    }
    yield Heading("Where the weaknesses are")
    yield Bars(
        f"Devices with a weakness of that sort, of about {about:,}; one device may have several",
        tuple(
            Bar(words, number or 0, f"about {number:,}" if number else "not told", "accent")
            for words, number in shares("family", having, len(devices), rounding)
        ),
    )


def _risk(assessment: Assessment) -> str:
    return BAND_WORDS[assessment.score.band]


def _kind(assessment: Assessment) -> str:
    kind = kind_of(assessment)
    return kind_in_words(kind, 2) if kind in KINDS else _UNKNOWN


_KIND_WORDS = (*(kind_in_words(kind, 2) for kind in KINDS), _UNKNOWN)


def _age(assessment: Assessment) -> str:
    age = assessment.firmware
    if age.not_after is not None:
        return _AGES[0]
    return _AGES[1] if age.not_before is not None else _AGES[2]

"""Which of two versions of one product's firmware is the newer, by the scheme of its vendor; None where that cannot be said."""

from checks.scheme import order, read, scheme_of


def compare(left: str, right: str, vendor: str = "") -> int | None:
    """-1, 0 or 1 as `left` is older than, the same as or newer than `right`; None where they are not comparable.

    `vendor` is its name, or the name of a scheme (`checks.scheme.load_schemes` lists them). No version ("") is not comparable to anything.
    """
    if left.strip() == right.strip():
        return 0 if left.strip() else None
    ours, theirs = read(left, vendor), read(right, vendor)
    return order(ours, theirs) if ours is not None and theirs is not None else None


def lacks_build(version: str, vendor: str = "") -> bool:
    """Whether its maker builds one version several times and tells the builds apart by their day, which is not stated here ("V5.7.0" of Hikvision)."""
    said = read(version, vendor)
    marks = said.marks if said is not None else ()
    return scheme_of(vendor).name == "dated-build" and all(mark.kind != "build day" for mark in marks)


def is_branch(stated: str, release: str, vendor: str = "") -> bool:
    """Whether a version that counts as the same as `release` says less: "18.06" may be any 18.06.x, unless its maker leaves nothing out."""
    ours, theirs = read(stated, vendor), read(release, vendor)
    return (
        ours is not None
        and theirs is not None
        and not scheme_of(vendor).whole
        and len(ours.numbers) < len(theirs.numbers)
    )

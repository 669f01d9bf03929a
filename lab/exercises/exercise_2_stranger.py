"""Exercise 2: what a stranger would try first."""

from collections.abc import Iterator

from lab.exercise import Exercise, Work, at_login, compared, outcome, unhurt

_OPEN = "default-credentials"
_ANYTHING = "accepts-any-password"


def _check(work: Work) -> Iterator[str]:
    yield from unhurt(work.record)
    yield from at_login(work.report)
    for address in sorted(work.causing(_OPEN)):
        if outcome(work.report, address, _OPEN)[0] != "found":
            yield f"Your report does not have it yet that {address} opens to a default account: is it in the scanned network?"
    yield from compared(work, "open", work.causing(_OPEN), "the addresses that a documented default account opens")
    yield from compared(work, "anything", work.causing(_ANYTHING), "the address that opens to any password at all")
    first = max(work.report["devices"], key=lambda one: one["score"], default={"addresses": ()})["addresses"][:1]
    yield from compared(work, "first", first, "the address that your report ranks first")


EXERCISE = Exercise(
    number=2,
    title="What would a stranger try first?",
    devices=("hikvision_camera", "apc_ups", "hid_controller", "axis_camera", "careless_router"),
    questions=("open", "anything", "first"),
    hints=(
        "The table is ranked: the first row is what to fix first. default-credentials and accepts-any-password are two different findings.",
        '`tocsin why ADDRESS` names each finding with its points. In report.json each finding has its check\'s id under "check".',
        'A device that opens to any password is not in the answer "open": it has no default account, it has no lock at all. Look for accepts-any-password.',
    ),
    check=_check,
)

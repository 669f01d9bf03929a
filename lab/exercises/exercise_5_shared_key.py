"""Exercise 5: which of forty cameras share a private key."""

from collections.abc import Iterator

from lab.exercise import Exercise, Work, compared, counted, unhurt

_SHARED = "shared-key"


def _check(work: Work) -> Iterator[str]:
    yield from unhurt(work.record)
    groups = [one["devices"] for one in work.truth["fleet"] if one["check"] == _SHARED]
    found = [one for one in work.report["fleet"] if one["check"] == _SHARED]
    unseen = len(work.truth["devices"]) - len(work.report["devices"])
    if unseen > 0:
        yield f"Your report lacks {counted(unseen, 'camera', 'cameras')}: scan the whole network."
    if len(found) < len(groups):
        yield f"Your report has {counted(len(found), 'shared key', 'shared keys')}, and there are more: ask 443/tcp of all cameras, and all that concerns TLS."
    shared = (address for group in groups for address in group)
    yield from compared(work, "shared", shared, "the addresses of all cameras whose key another camera has too")
    yield from compared(work, "keys", [str(len(groups))], "how many keys are shared")


EXERCISE = Exercise(
    number=5,
    title="Which of these 40 share a key?",
    devices=("reolink_camera", "vivotek_camera", "depot_cloned_reolink", "depot_cloned_vivotek"),
    count=40,
    questions=("shared", "keys"),
    hints=(
        'What concerns several devices together stands below all devices, under "Together".',
        'In report.json it is under "fleet"; its "devices" are identities, and each device has its own as "id" beside its "addresses".',
        'The text report lists the addresses of each key. Write all of them behind "shared:" in answers.txt, and how many keys it were behind "keys:".',
    ),
    check=_check,
)

"""Exercise 4: old versions of TLS and certificates that have run out."""

from collections.abc import Iterator

from lab.exercise import Exercise, Work, compared, outcome, unhurt

_BEFORE, _AFTER = "before.json", "after.json"
_OLD, _EXPIRED = "tls-old-version", "tls-certificate-expired"
_RIGHT = (("itron_collector", _EXPIRED), ("teltonika_router", "tls-certificate-self-signed"))


def _check(work: Work) -> Iterator[str]:
    yield from unhurt(work.record)
    then = Work(work.noted[0]["truth"] if work.noted else work.truth, work.record)
    yield from compared(
        work, "old", then.causing(_OLD), "what spoke a version older than TLS 1.2 before you changed anything"
    )
    yield from compared(work, "expired", then.causing(_EXPIRED), "whose certificate had run out")
    for name, check in _RIGHT:
        where = work.address(name)
        if outcome(work.reports[_BEFORE], where, check)[0] != "found":
            yield f"{_BEFORE} does not have {check} on {where}: scan before you change anything."
        status, reason = outcome(work.reports[_AFTER], where, check)
        if status == "found":
            yield f"{_AFTER} still has {check} on {where}: put it right at the device, and scan again."
        elif status != "passed":
            yield f"{_AFTER} proves nothing of {check} on {where}{f' ({status}: {reason})' if status else ''}."


EXERCISE = Exercise(
    number=4,
    title="TLS: old versions, and certificates that have run out",
    devices=("dahua_camera", "axis_camera", "itron_collector", "teltonika_router"),
    reports=(_BEFORE, _AFTER),
    questions=("old", "expired"),
    hints=(
        "Each finding names its check in brackets: look for tls-old-version and tls-certificate-expired.",
        "What a device lets you set stands on its page /config, and in its shell behind `show`. A form sends NAME=VALUE, which curl does with -d.",
        "The collector: `curl -sk -d certificate=own https://10.77.0.131/config`. The router: `set certificate own`, then `exit`.",
    ),
    check=_check,
)

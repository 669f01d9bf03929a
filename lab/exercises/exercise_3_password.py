"""Exercise 3: change two passwords, and prove that they are changed."""

from collections.abc import Iterator

from lab.exercise import Exercise, Work, at_login, outcome, reported

_CHECK = "default-credentials"
_BEFORE, _AFTER = "before.json", "after.json"
_TO_CHANGE = ("hikvision_camera", "hid_controller")


def _check(work: Work) -> Iterator[str]:
    yield from at_login(work.reports[_BEFORE])
    yield from at_login(work.reports[_AFTER])
    for name in _TO_CHANGE:
        where = work.address(name)
        if where not in reported(work.reports[_BEFORE], _CHECK):
            yield f"{_BEFORE} does not show the default account of {where}: without that nothing is proven. Begin anew with `start --anew`."
        yield from _changed(work, name, where)
        yield from _proven(work, where)


def _changed(work: Work, name: str, where: str) -> Iterator[str]:
    changes = [change for change in work.log(name)["changes"] if change["setting"] == "password" and change["client"]]
    if not changes and where in work.causing(_CHECK):
        yield f"The password of {where} was not changed at the device yet."


def _proven(work: Work, where: str) -> Iterator[str]:
    status, reason = outcome(work.reports[_AFTER], where, _CHECK)
    if status == "passed":
        return
    if not status:
        yield f"{_AFTER} does not have {where}: a device that was not looked at is not fixed."
    elif status == "found":
        yield (
            f"{_AFTER} still says that a default account opens {where}. If you have changed the password: the scanner remembers for 24 hours what it tried, "
            "and must be told that it may ask again (tocsin ledger forget)."
        )
    else:
        yield f"{_AFTER} proves nothing of {where}: the check was {status} ({reason})."


EXERCISE = Exercise(
    number=3,
    title="Change the password, prove that it is fixed",
    devices=(*_TO_CHANGE, "axis_camera"),
    reports=(_BEFORE, _AFTER),
    hints=(
        "Both devices name their settings: the camera at /config of its web page, the door controller behind `help` and `show` in its shell.",
        "The camera wants the password that it has now: curl --digest -u admin:12345. On the controller `passwd` asks for the new one twice.",
        'After that: tocsin ledger forget 10.77.0.10 --because "password changed", the same for 10.77.0.30, then scan with -o after.json, and ask tocsin diff.',
    ),
    check=_check,
)

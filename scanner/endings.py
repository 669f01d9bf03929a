"""Why an interview of a device ends before everything was asked."""


class OutOfPatience(Exception):
    """The device has let us wait for too long."""


class LeftAlone(Exception):
    """The canary says that nothing more may be asked."""


class Untrusted(Exception):
    """What the host says proves nothing; the message says why."""


def believe(doubt: str) -> None:
    """Ask nothing more where there is a reason, `doubt`, to believe nothing."""
    if doubt:
        raise Untrusted(doubt)

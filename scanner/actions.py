"""What one person does in one go: the findings that one action ends, over as many devices as need it.

- A password is given to one account of one maker's devices.
- Firmware is installed on, and a replacement planned of, one product: it ends all findings that call for it, and a replacement those for an update too.
- A rule of a firewall is made for one service, whatever offers it, or for one place from which nothing may be reached.
- Any other setting is made at one service of one product.

A product is a vendor's model; where the model is not known, what the vendor makes of that kind; where the vendor is not known either, the device alone.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from checks.contract import ACT_OF, Act
from inventory.findings import Finding
from inventory.model import Device
from inventory.text import one_line

_LONGEST_NAME, _LONGEST_CLAUSE = 60, 110
_PASSWORD, _SEGMENT, _INVESTIGATE = Act.PASSWORD.value, Act.SEGMENT.value, Act.INVESTIGATE.value
_OF_FIRMWARE = (Act.REPLACE.value, Act.UPDATE.value)
_CLAUSE = re.compile(r"[;:.](?=\s|$)")
_UNIDENTIFIED = "unidentified device"


class Action(NamedTuple):
    """A kind of work (a word of `checks.contract.Act`), what it is done to ("23/tcp", an account's name, a check), and whose that is (a maker, a product)."""

    act: str
    what: str
    whose: str


def actions(device: Device, findings: Sequence[Finding]) -> dict[Action, list[int]]:
    """The actions that a device needs, each with the places of the findings that it ends; what is accepted needs none."""
    maker, product = _names(device)
    found: dict[Action, list[int]] = {}
    for place, finding in enumerate(findings):
        if finding.accepted is None:
            found.setdefault(_action(finding, maker, product), []).append(place)
    replacement, update = (Action(act, "", product) for act in _OF_FIRMWARE)
    if replacement in found:
        found[replacement] += found.get(update, [])
    return found


def kinds_of_work(device: Device, findings: Sequence[Finding]) -> dict[Action, list[int]]:
    """The same, where all work of one kind is one action, on whatever devices: what is decided once for a city."""
    found: dict[Action, list[int]] = {}
    for action, places in actions(device, findings).items():
        of_kind = found.setdefault(Action(action.act, "", ""), [])
        of_kind += [place for place in places if place not in of_kind]
    return found


def kind_of_work(finding: Finding) -> str:
    """A word of `checks.contract.Act`; that of the family, where a record of before has none."""
    return finding.act or ACT_OF[finding.family].value


def account_of(finding: Finding) -> str:
    """The user whose password is to be changed; "" where none is named."""
    return finding.account.partition(": ")[2] if kind_of_work(finding) == _PASSWORD else ""


def order(action: Action, finding: Finding) -> str:
    """What to do, in the imperative, by the remedy of the gravest finding that it ends."""
    return _password(action) if _is_account(action, finding) else _clause(finding.remedy)


def service(action: Action, finding: Finding) -> str:
    """The one service that it is done to: "23/tcp"; "" where it is done to more or less than one, or its order names the port."""
    there = f"{finding.endpoint.port}/{finding.endpoint.transport}" if finding.endpoint.port else ""
    named = re.search(rf"\b{finding.endpoint.port}\b", order(action, finding))
    return there if there == action.what and not named else ""


def sentence(action: Action, finding: Finding, devices: Sequence[Device]) -> str:
    """What to do to these devices, each of which needs it, with where and to how many of what."""
    if _is_account(action, finding):
        return _password(action, f" of {_many(action, devices)}")
    where, of = service(action, finding), _many(action, devices)
    return f"{_clause(finding.remedy)} ({f'{where} of {of}' if where else of})"


def _is_account(action: Action, finding: Finding) -> bool:
    return action.act == _PASSWORD and action.what == account_of(finding)


def _password(action: Action, of: str = "") -> str:
    return f"Give the account {one_line(action.what, _LONGEST_NAME)!r}{of} a password of its own"


def _many(action: Action, devices: Sequence[Device]) -> str:
    """ "12 Hikvision cameras", "the HP LaserJet 400", "3 devices": how many of a maker's devices, or of a product."""
    maker, product = _names(devices[0])
    if action.whose.startswith(_UNIDENTIFIED) or (action.whose == product and devices[0].claim("model")):
        what = action.whose
    else:
        kinds = {_kind(device) for device in devices}
        noun = _noun(kinds.pop() if len(kinds) == 1 else "", len(devices))
        what = f"{maker} {noun}" if action.whose else noun
    return (
        f"{len(devices)} {one_line(what, _LONGEST_NAME)}"
        if len(devices) > 1
        else f"the {one_line(what, _LONGEST_NAME)}"
    )


def _kind(device: Device) -> str:
    claim = device.claim("kind")
    return claim.value if claim else ""


def _noun(kind: str, number: int) -> str:
    if number == 1:
        return kind or "device"
    if not kind or kind.endswith("s"):
        return f"{kind} devices".strip()
    return f"{kind}es" if kind.endswith("ch") else f"{kind}s"


def _action(finding: Finding, maker: str, product: str) -> Action:
    act, port = kind_of_work(finding), finding.endpoint.port
    if act == _PASSWORD and (account := account_of(finding)):
        return Action(act, account, maker)
    if act in _OF_FIRMWARE:
        return Action(act, "", product)
    if act == _SEGMENT and not port and finding.facet:  # "from guest-wifi"
        return Action(act, finding.facet, "")
    if act == _INVESTIGATE or not port:
        return Action(act, finding.check, product)
    return Action(act, f"{port}/{finding.endpoint.transport}", "" if act == _SEGMENT else product)


def _names(device: Device) -> tuple[str, str]:
    """The maker and the product; the device's own identity where they are not known."""
    vendor, model, kind = (claim.value if (claim := device.claim(name)) else "" for name in ("vendor", "model", "kind"))
    if not vendor:
        return (f"{_UNIDENTIFIED} {device.identity}",) * 2
    return vendor, f"{vendor} {model or kind}".strip()


def _clause(remedy: str) -> str:
    """The first part of a remedy, which is an order by itself."""
    text = one_line(remedy, 4096)
    ends = (found.start() for found in _CLAUSE.finditer(text))
    text = text[
        : next((end for end in ends if text.count("`", 0, end) % 2 == 0), len(text))
    ]  # no setting is cut in two
    if text.count("(") > text.count(")"):  # what is in brackets goes whole or not at all
        text = text.rpartition("(")[0].rstrip()
    return text if len(text) <= _LONGEST_CLAUSE else f"{text[:_LONGEST_CLAUSE].rpartition(' ')[0]} …"

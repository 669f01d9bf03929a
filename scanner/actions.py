"""What one person does in one go: the findings that one action ends, over as many devices as need it.

- A password is given to one account of one maker's devices.
- Firmware is installed on, and a replacement planned of, one product: it ends all findings that call for it, and a replacement those for an update too.
- A rule of a firewall is made for one service, whatever offers it.
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


def kind_of_work(finding: Finding) -> str:
    """A word of `checks.contract.Act`; that of the family, where a record of before has none."""
    return finding.act or ACT_OF[finding.family].value


def account_of(finding: Finding) -> str:
    """The user whose password is to be changed; "" where none is named."""
    return finding.account.partition(": ")[2] if kind_of_work(finding) == _PASSWORD else ""


def sentence(action: Action, finding: Finding, devices: int = 0) -> str:
    """What to do, in the imperative, by the remedy of the gravest finding that it ends; with the number of `devices` where it is done to several."""
    whose = one_line(action.whose, _LONGEST_NAME) if devices else ""
    if action.act == _PASSWORD and action.what == account_of(finding):
        many = f" of {devices} {whose} device{'' if devices == 1 else 's'}" if devices else ""
        return f"Give the account {one_line(action.what, _LONGEST_NAME)!r}{many} a password of its own"
    service = f"{finding.endpoint.port}/{finding.endpoint.transport}" if finding.endpoint.port else ""
    kind = whose or ("device" if devices == 1 else "devices")
    many = f"{devices} {kind}" if devices else ""
    where = " of ".join(part for part in (service if service == action.what else "", many) if part)
    return f"{_clause(finding.remedy)}{f' ({where})' if where else ''}"


def _action(finding: Finding, maker: str, product: str) -> Action:
    act, port = kind_of_work(finding), finding.endpoint.port
    if act == _PASSWORD and (account := account_of(finding)):
        return Action(act, account, maker)
    if act in _OF_FIRMWARE:
        return Action(act, "", product)
    if act == _INVESTIGATE or not port:
        return Action(act, finding.check, product)
    return Action(act, f"{port}/{finding.endpoint.transport}", "" if act == _SEGMENT else product)


def _names(device: Device) -> tuple[str, str]:
    """The maker and the product; the device's own identity where they are not known."""
    vendor, model, kind = (claim.value if (claim := device.claim(name)) else "" for name in ("vendor", "model", "kind"))
    if not vendor:
        return (f"unidentified device {device.identity}",) * 2
    return vendor, f"{vendor} {model or kind}".strip()


def _clause(remedy: str) -> str:
    """The first part of a remedy, which is an order by itself."""
    text = one_line(remedy, 4096)
    text = text[: found.start()] if (found := _CLAUSE.search(text)) else text
    if text.count("(") > text.count(")"):  # what is in brackets goes whole or not at all
        text = text.rpartition("(")[0].rstrip()
    return text if len(text) <= _LONGEST_CLAUSE else f"{text[:_LONGEST_CLAUSE].rpartition(' ')[0]} …"

"""A change set for NetBox 4.2 or newer: the devices as `staged`, with what they need; schema `tocsin-netbox/1` in `schema/`. Nothing is ever deleted.

`objects` are applied in their order, for each refers only to those before it, by `{"ref": id}`, in whose place the importer puts the id that NetBox has given:

- The queries of `match` are asked at `/api/<endpoint>/` in their order. The first that has one answer has found the object. One that has several leaves the
  object, and all that refers to it, for a person.
- Where none has an answer, `create` is posted.
- Where the object was there, `fill` names the members of `create` that are patched, each only where the object has nothing, and `add` what is added to a list
  that stays otherwise as it is. Name, status, role and site stay what people have made of them.

Then `links` do the same with `fill` for what two objects say of each other. A link that NetBox refuses is left out: the other side belongs to somebody else.
Applied twice, the second time changes nothing. `left_out` names the devices that are not in it, and why.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

from inventory.model import Device
from inventory.report import Assessment, Report
from inventory.text import one_line
from scanner.edition import Edition
from scanner.report.json import moment

SUFFIX = ".netbox.json"
SCHEMA = "tocsin-netbox/1"
_SLUG, _NAME, _SERIAL, _MODEL, _DESCRIPTION = 100, 64, 50, 100, 200
"""Characters that NetBox has room for."""
_HASH = 16
_PORT = "net0"
_TAG = "tag/tocsin"
_IS_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}").fullmatch
_Body: TypeAlias = dict[str, Any]
_Object: TypeAlias = dict[str, Any]


def render(edition: Edition) -> Iterator[str]:
    """The document, an object a line."""
    report = edition.report
    by_identity = sorted(report.assessments, key=lambda one: one.device.identity)
    devices = [one for one in by_identity if not one.device.untrusted]
    scan = {"id": report.scan.id, "started": moment(report.scan.started), "site": one_line(report.scan.site)}
    yield f'{{\n  "schema": {_json(SCHEMA)},\n  "netbox": ">=4.2",\n  "scan": {_json(scan)},\n'
    yield from _listed("objects", _objects(report, devices))
    yield from _listed("links", (link for one in devices for link in _links(one.device)))
    untrusted = (one.device for one in by_identity if one.device.untrusted)
    left_out = ({"device": one_line(one.identity), "reason": one_line(one.untrusted)} for one in untrusted)
    yield from _listed("left_out", left_out, end="\n")
    yield "}\n"


def _listed(name: str, values: Iterable[Any], end: str = ",\n") -> Iterator[str]:
    before = f"  {_json(name)}: ["
    for value in values:
        yield f"{before}\n    {_json(value)}"
        before = ","
    yield f"{before}]{end}" if before != "," else f"\n  ]{end}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _objects(report: Report, devices: list[Assessment]) -> Iterator[_Object]:
    """What is needed once, and then each device with its interface and its addresses."""
    yield _once("extras/tags", _TAG, {"name": "tocsin", "slug": "tocsin", "description": "found by Tocsin"})
    for make in (_manufacturer, _device_type, _role):
        yield from _each_once(make(one.device) for one in devices)
    yield from _each_once(_site(report, one) for one in devices)
    serials = Counter(_serial(one.device).casefold() for one in devices)  # NetBox finds them in either case
    macs = Counter(one.device.mac for one in devices)
    for one in devices:
        device, serial = one.device, _serial(one.device)
        by_serial = [{"serial": serial}] if serial and serials[serial.casefold()] == 1 else []
        by_mac = [{"mac_address": device.mac}] if device.mac and macs[device.mac] == 1 else []
        yield _device(report, one, by_serial, by_mac)
        yield from _wiring(report, device)


def _each_once(made: Iterable[_Object]) -> Iterator[_Object]:
    """Of names that are written alike but for their case and their blanks, the first in order."""
    by_id: dict[str, _Object] = {}
    for one in sorted(made, key=lambda one: (one["id"], _json(one["create"]))):
        by_id.setdefault(one["id"], one)
    yield from by_id.values()


def _once(endpoint: str, name: str, body: _Body) -> _Object:
    """An object that has its slug for a key, or else its name, which NetBox also lets nobody else have."""
    return _object(endpoint, name, [{"slug": body["slug"]}, {"name": body["name"]}], body)


def _object(
    endpoint: str, name: str, match: list[_Body], create: _Body, fill: Iterable[str] = (), *, tagged: bool = False
) -> _Object:
    tags = {"tags": [_ref(_TAG)]} if tagged else {}
    return {"id": name, "endpoint": endpoint, "match": match, "create": create | tags, "fill": list(fill), "add": tags}


def _ref(name: str) -> dict[str, str]:
    return {"ref": name}


def _manufacturer(device: Device) -> _Object:
    name = _said(device, "vendor", _MODEL) or "Unknown"
    return _once("dcim/manufacturers", f"manufacturer/{slug(name)}", {"name": name, "slug": slug(name)})


def _device_type(device: Device) -> _Object:
    maker = _manufacturer(device)
    model = _said(device, "model", _MODEL) or f"Unidentified {_kind(device) or 'device'}"
    body = {"manufacturer": _ref(maker["id"]), "model": model, "slug": slug(model), "u_height": 0}
    of_maker = {"manufacturer_id": _ref(maker["id"])}
    match = [of_maker | {"slug": slug(model)}, of_maker | {"model": model}]
    name = f"device-type/{maker['create']['slug']}/{slug(model)}"
    return _object("dcim/device-types", name, match, body)


def _role(device: Device) -> _Object:
    kind = _kind(device) or "unidentified"
    return _once("dcim/device-roles", f"role/{slug(kind)}", {"name": kind, "slug": slug(kind)})


def _site(report: Report, assessment: Assessment) -> _Object:
    """Where the register says that it stands, else the site that was scanned."""
    name = one_line(assessment.context.site or report.scan.site, _MODEL) or "Site not known"
    return _once("dcim/sites", f"site/{slug(name)}", {"name": name, "slug": slug(name), "status": "staging"})


def _device(report: Report, assessment: Assessment, by_serial: list[_Body], by_mac: list[_Body]) -> _Object:
    """By the serial number or the MAC address, where no other device has the same, and by the asset tag that its identity gives it."""
    device = assessment.device
    serial, tag = _serial(device), f"tocsin-{_hash(device.identity)}"
    kinds = {
        "device_type": _ref(_device_type(device)["id"]),
        "role": _ref(_role(device)["id"]),
        "site": _ref(_site(report, assessment)["id"]),
    }
    body = {
        "name": _name(assessment),
        **kinds,
        "status": "staged",
        "serial": serial,
        "asset_tag": tag,
        "description": one_line(f"Found by Tocsin: {device.identity}", _DESCRIPTION),
    }
    fill = ["serial"] if serial else []
    return _object("dcim/devices", _id(device), [*by_serial, {"asset_tag": tag}, *by_mac], body, fill, tagged=True)


def _wiring(report: Report, device: Device) -> Iterator[_Object]:
    """Its interface, the MAC address of that, and its addresses."""
    port, of_device = f"interface/{_hash(device.identity)}", {"device_id": _ref(_id(device))}
    by_mac = [of_device | {"mac_address": device.mac}] if device.mac else []
    body = {"device": _ref(_id(device)), "name": _PORT, "type": "other"}
    yield _object("dcim/interfaces", port, [*by_mac, of_device | {"name": _PORT}], body, tagged=True)
    there = {"assigned_object_type": "dcim.interface", "assigned_object_id": _ref(port)}
    if device.mac:
        match = [{"mac_address": device.mac, "interface_id": _ref(port)}]
        body = {"mac_address": device.mac, **there}
        yield _object("dcim/mac-addresses", f"mac/{_hash(device.identity)}", match, body, tagged=True)
    for address in _addresses(device):
        body = {"address": _in_network(report, address), "status": "active", **there}
        yield _object(
            "ipam/ip-addresses", _address_id(device, address), [{"address": address}], body, there, tagged=True
        )


def _links(device: Device) -> Iterator[_Body]:
    """What the interface says of its MAC address, and the device of its first addresses."""
    if device.mac:
        hashed = _hash(device.identity)
        yield {"on": f"interface/{hashed}", "fill": {"primary_mac_address": _ref(f"mac/{hashed}")}}
    first: dict[str, _Body] = {}
    for address in _addresses(device):
        first.setdefault(f"primary_ip{ip_address(address).version}", _ref(_address_id(device, address)))
    if first:
        yield {"on": _id(device), "fill": first}


def slug(name: str) -> str:
    """A name as NetBox writes it in addresses: the same for the same name always, and with a hash where it would lose what tells it from others."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    plain = re.sub("[^a-z0-9]+", "-", bare.lower()).strip("-")
    if plain and len(plain) <= _SLUG and re.fullmatch(r"[A-Za-z0-9 ._/()&,-]+", bare):
        return plain
    return f"{plain[: _SLUG - _HASH - 1].strip('-')}-{_hash(name)}".lstrip("-")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:_HASH]


def _id(device: Device) -> str:
    return f"device/{_hash(device.identity)}"


def _address_id(device: Device, address: str) -> str:
    return f"address/{_hash(device.identity)}/{address}"


def _name(assessment: Assessment) -> str:
    """What people know it by, and the beginning of its identity's hash, for NetBox has no two devices of one name at a site."""
    device, context = assessment.device, assessment.context
    words = " ".join(filter(None, (_said(device, "vendor", _NAME), _said(device, "model", _NAME) or _kind(device))))
    known, mark = one_line(context.name, _NAME) or words or "unidentified", _hash(device.identity)[:8]
    return f"{known[: _NAME - len(mark) - 1].strip()} {mark}"


def _serial(device: Device) -> str:
    return _said(device, "serial", _SERIAL)


def _kind(device: Device) -> str:
    return _said(device, "kind", _NAME)


def _said(device: Device, name: str, room: int) -> str:
    claim = device.claim(name)
    return one_line(claim.value, room).strip() if claim else ""


def _addresses(device: Device) -> list[str]:
    """Its IP addresses; a device that was only heard below IP has none."""
    return [address for address in device.addresses if not _IS_MAC(address)]


def _in_network(report: Report, address: str) -> str:
    """The address in the narrowest network of the scan that has it, or by itself."""
    there = ip_address(address)
    lengths = [network.prefixlen for network in _networks(report.scan.networks) if there in network]
    return f"{address}/{max(lengths, default=there.max_prefixlen)}"


def _networks(words: Iterable[str]) -> Iterator[IPv4Network | IPv6Network]:
    for word in words:
        try:
            yield ip_network(word)
        except ValueError:  # a range, a name or a file
            continue

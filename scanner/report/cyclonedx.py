"""CycloneDX 1.6: the devices and their firmware, what is in it and what they serve, with the published vulnerabilities and what is thought of each.

OWASP CycloneDX, ECMA-424, schema bom-1.6. A device is a component of the type "device", its firmware is nested in it, and what runs in that (lighttpd) is
nested in the firmware. Only what was seen or claimed is said: no hash, no licence, no authentication. The serial number and every reference are made of the
scan's id and the devices' identities, so that the same scan gives the same document.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from inventory.ages import FirmwareAge
from inventory.findings import Finding, Vulnerability
from inventory.model import Device, Endpoint, Observation
from inventory.report import Assessment, Report, Scan
from inventory.text import one_line, visible
from scanner.edition import Edition
from scanner.intel.cvss import base_score
from scanner.json_pieces import Many, pieces
from scanner.terminal import name_of

SUFFIX = ".cdx.json"
_SPACE = UUID("0f4b8f58-2f3f-5f0c-8c5e-5a1c7f0d9f16")
_CITY = "city"
_METHODS: Mapping[str, str] = {"CVSS:3.0": "CVSSv3", "CVSS:3.1": "CVSSv31", "CVSS:4.0": "CVSSv4"}


def render(edition: Edition) -> Iterator[str]:
    """The devices in the order of their identities, then their services, what depends on what, and the vulnerabilities."""
    report = edition.report
    ordered = sorted(report.assessments, key=lambda assessment: assessment.device.identity)
    return pieces(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": uuid5(_SPACE, report.scan.id).urn,
            "version": 1,
            "metadata": _metadata(edition),
            "components": Many(map(_component, ordered)),
            "services": Many(service for each in ordered for service in _services(each.device)),
            "dependencies": Many(_dependencies(ordered)),
            "vulnerabilities": Many(_vulnerabilities(ordered)),
        }
    )


def _metadata(edition: Edition) -> dict[str, Any]:
    scan = edition.report.scan
    return {
        "timestamp": _moment(scan.ended or scan.started),
        "lifecycles": [{"phase": "discovery"}],
        "tools": {"components": [{"type": "application", "name": "Tocsin", "version": scan.version}]},
        "component": {
            "type": "platform",
            "bom-ref": _CITY,
            "name": one_line(" ".join(filter(None, (edition.city, scan.site))) or ", ".join(scan.networks) or _CITY),
        },
        "properties": _properties(_of_scan(scan, edition.report)),
    }


def _of_scan(scan: Scan, report: Report) -> Iterator[tuple[str, str]]:
    yield "scan", scan.id
    yield from (("network", network) for network in scan.networks)
    yield "ended", "yes" if scan.ended else "no: what it had not reached by then is not in it"
    yield "unreached", str(report.coverage.unreached)
    yield from (("note", note) for note in scan.notes)


def _component(assessment: Assessment) -> dict[str, Any]:
    device = assessment.device
    known = {name: claim.value for name in ("hardware", "kind", "cpe") if (claim := device.claim(name))}
    nested = [_part(device, part) for part in device.parts]
    nested += _firmware(assessment) or _software(device)
    nested += _certificates(device)
    return {
        "type": "device",
        "bom-ref": device.identity,
        **_made_by(device),
        "name": _model(device),
        **({"version": known["hardware"]} if "hardware" in known else {}),
        **({"description": known["kind"]} if "kind" in known else {}),
        **_cpe(known.get("cpe", ""), "h"),
        **({"components": nested} if nested else {}),
        "properties": _properties(_of_device(assessment)),
    }


def _model(device: Device) -> str:
    """The model, or what is known of it in its stead."""
    model = device.claim("model")
    return model.value if model else name_of(device)


def _made_by(device: Device) -> dict[str, Any]:
    vendor = device.claim("vendor")
    return {"manufacturer": {"name": vendor.value}} if vendor else {}


def _cpe(name: str, part: str) -> dict[str, str]:
    """A name of the dictionary, where it is certain, beside what it names: hardware (h) or its operating system (o)."""
    return {"cpe": name} if name.startswith(f"cpe:2.3:{part}:") else {}


def _of_device(assessment: Assessment) -> Iterator[tuple[str, str]]:
    device, context = assessment.device, assessment.context
    yield "identity", device.identity
    yield from (("address", address) for address in device.addresses)
    yield "mac", device.mac or ""
    yield "mac-vendor", device.mac_vendor or ""
    for name in ("serial", "name"):
        claim = device.claim(name)
        yield name, claim.value if claim else ""
    for name in ("vendor", "model", "kind"):
        claim = device.claim(name)
        yield f"{name}:confidence", claim.confidence.label if claim else ""
    yield "department", context.department
    yield "site", context.site
    yield "owner", context.owner
    yield "quarantine", str(assessment.quarantine or "")
    yield "untrusted", device.untrusted


def _firmware(assessment: Assessment) -> list[dict[str, Any]]:
    """The device's own firmware, with what runs in it; nothing where no version of it is known."""
    device = assessment.device
    version, cpe = device.claim("firmware"), device.claim("cpe")
    if version is None:
        return []
    nested = _software(device)
    return [
        {
            "type": "firmware",
            "bom-ref": _of(device, "firmware"),
            **_made_by(device),
            "name": _name_of_firmware(device, version.value),
            "version": version.value,
            **_cpe(cpe.value if cpe else "", "o"),
            **({"components": nested} if nested else {}),
            "properties": _properties([("confidence", version.confidence.label), *_age(assessment.firmware)]),
        }
    ]


def _age(age: FirmwareAge) -> Iterator[tuple[str, str]]:
    yield "not-before", age.not_before.isoformat() if age.not_before else ""
    yield "not-after", age.not_after.isoformat() if age.not_after else ""


def _name_of_firmware(device: Device, version: str) -> str:
    """The name that it has of its own ("routeros"), or else the model's."""
    named = (claim.value.rpartition(" ") for claim in device.claimed("component"))
    return next((name for name, _, its in named if its == version and name), f"{_model(device)} firmware")


def _software(device: Device) -> list[dict[str, Any]]:
    """What the device runs beside its firmware, or in it, each version once; what has the firmware's own version is that."""
    firmware = device.claim("firmware")
    own = firmware.value if firmware else None
    found = {claim.value: claim for claim in reversed(device.claimed("component"))}
    parted = {value: value.rpartition(" ") for value in sorted(found)}
    return [
        {
            "type": "application",
            "bom-ref": _of(device, f"component:{value}"),
            "name": name or value,
            **({"version": version} if name else {}),
            "properties": _properties([("confidence", found[value].confidence.label)]),
        }
        for value, (name, _, version) in parted.items()
        if not name or version != own
    ]


def _part(device: Device, part: str) -> dict[str, Any]:
    """A sub-device that the device speaks for."""
    known = device.of_part(part)
    firmware = {
        "type": "firmware",
        "bom-ref": _of(device, f"behind:{part}:firmware"),
        "name": f"{known.get('model') or part} firmware",
        "version": known.get("firmware", ""),
    }
    return {
        "type": "device",
        "bom-ref": _of(device, f"behind:{part}"),
        **({"manufacturer": {"name": known["vendor"]}} if "vendor" in known else {}),
        "name": known.get("model") or part,
        **({"description": known["kind"]} if "kind" in known else {}),
        **({"components": [firmware]} if "firmware" in known else {}),
        "properties": _properties([("behind", device.identity), ("part", part), ("serial", known.get("serial", ""))]),
    }


def _certificates(device: Device) -> list[dict[str, Any]]:
    """The leaf certificates that it shows, each once, as cryptographic assets."""
    shown = {
        str(seen.facts["tls.sha256"]): seen
        for seen in reversed(device.observations)
        if "tls.sha256" in seen.facts and not seen.behind
    }
    return [_certificate(device, digest, shown[digest]) for digest in sorted(shown)]


def _certificate(device: Device, digest: str, seen: Observation) -> dict[str, Any]:
    said = {
        "subjectName": seen.facts.get("tls.subject"),
        "issuerName": seen.facts.get("tls.issuer"),
        "notValidBefore": _instant(seen.facts.get("tls.not_before")),
        "notValidAfter": _instant(seen.facts.get("tls.not_after")),
        "certificateFormat": "X.509",
    }
    told = {name: str(value) for name, value in said.items() if value}
    facts = (
        ("sha256", digest),
        ("key-type", seen.facts.get("tls.key_type")),
        ("key-bits", seen.facts.get("tls.key_bits")),
    )
    return {
        "type": "cryptographic-asset",
        "bom-ref": _of(device, f"certificate:{digest}"),
        "name": told.get("subjectName") or f"certificate {digest[:16]}",
        "cryptoProperties": {"assetType": "certificate", "certificateProperties": told},
        "properties": _properties((name, str(value)) for name, value in facts if value is not None),
    }


def _instant(said: object) -> str:
    """A moment that a certificate states, "" for what is none."""
    try:
        return _moment(datetime.fromisoformat(str(said)))
    except (ValueError, OverflowError):
        return ""


def _services(device: Device) -> Iterator[dict[str, Any]]:
    """Every open endpoint with each protocol that was heard there; whether it asks for a login is not said."""
    for place in device.open_ports:
        heard = sorted({seen.protocol for seen in device.observations if seen.endpoint == place and not seen.behind})
        for protocol in heard or [""]:
            yield {
                "bom-ref": _service_ref(device, place, protocol),
                "group": device.identity,
                "name": protocol or f"{place.transport}/{place.port}",
                "endpoints": [_uri(place)],
                "properties": _properties(
                    [("device", device.identity), ("transport", place.transport), ("port", str(place.port))]
                ),
            }


def _service_ref(device: Device, place: Endpoint, protocol: str) -> str:
    return _of(device, f"service:{place.address}:{place.transport}/{place.port}:{protocol}")


def _uri(place: Endpoint) -> str:
    host = f"[{place.address}]" if ":" in place.address else place.address
    return f"{place.transport}://{host}:{place.port}"


def _dependencies(assessments: Iterable[Assessment]) -> Iterator[dict[str, Any]]:
    yield {"ref": _CITY, "dependsOn": [assessment.device.identity for assessment in assessments]}
    for assessment in assessments:
        device = assessment.device
        software = [component["bom-ref"] for component in _software(device)]
        if device.claim("firmware") is None:
            yield {"ref": device.identity, "dependsOn": software}
        else:
            yield {"ref": device.identity, "dependsOn": [_of(device, "firmware")]}
            yield {"ref": _of(device, "firmware"), "dependsOn": software}


def _vulnerabilities(assessments: Iterable[Assessment]) -> Iterator[dict[str, Any]]:
    """Each published one once for all whom the city has not accepted it of, and once for each acceptance; by name."""
    found: dict[tuple[str, str], list[tuple[str, Finding, Vulnerability]]] = {}
    for assessment in assessments:
        device = assessment.device
        ref = _of(device, "firmware") if device.claim("firmware") else device.identity
        for finding in assessment.findings:
            for hole in finding.vulnerabilities:
                found.setdefault((hole.cve, _word(finding)), []).append((ref, finding, hole))
    for (cve, word), those in sorted(found.items(), key=lambda item: item[0]):
        yield _vulnerability(cve, word, those)


def _vulnerability(cve: str, word: str, those: list[tuple[str, Finding, Vulnerability]]) -> dict[str, Any]:
    hole, findings = those[0][2], {finding.id: finding for _, finding, _ in those}
    remedies = sorted({finding.remedy for finding in findings.values()})
    titles = "; ".join(sorted({finding.title for finding in findings.values()}))
    analysis = (
        {"state": "exploitable", "response": ["will_not_fix"], "detail": word}
        if word
        else {"state": "in_triage", "detail": titles}
    )
    return {
        "bom-ref": f"{cve}:{uuid5(_SPACE, visible(word))}" if word else cve,
        "id": cve,
        **(
            {"source": {"name": "NVD", "url": f"https://nvd.nist.gov/vuln/detail/{cve}"}}
            if cve.startswith("CVE-")
            else {}
        ),
        **({"ratings": [_rating(hole.vector)]} if hole.vector else {}),
        **({"cwes": sorted({int(one.removeprefix("CWE-")) for one in hole.weaknesses})} if hole.weaknesses else {}),
        "recommendation": "\n".join(remedies),
        "analysis": analysis,
        "affects": [{"ref": ref} for ref in sorted({ref for ref, _, _ in those})],
        "properties": _properties(
            [
                ("known-exploited", "yes" if hole.exploited else "no"),
                ("exploitation", hole.exploitation),
                *(("finding", name) for name in sorted(findings)),
            ]
        ),
    }


def _rating(vector: str) -> dict[str, Any]:
    score, method = base_score(vector), _METHODS.get(vector[:8], "other")
    return {**({"score": score} if score is not None else {}), "method": method, "vector": vector}


def _word(finding: Finding) -> str:
    word = finding.accepted
    if word is None:
        return ""
    rule = f" ({word.rule})" if word.rule else ""
    return f"Accepted by {word.owner} until {word.until.isoformat()}{rule}: {word.reason}"


def _of(device: Device, what: str) -> str:
    return f"{device.identity}#{what}"


def _properties(told: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Names under our own prefix, as the specification wants them; what is empty is left out."""
    return [{"name": f"tocsin:{name}", "value": value} for name, value in told if value]


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

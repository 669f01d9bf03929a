"""Reports of one city as other reports of another city that is none: every device, finding and verdict is there, and nothing that names one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from ipaddress import ip_network
from itertools import chain

from checks.contract import load_checks
from inventory.ages import FirmwareAge
from inventory.findings import Acceptance, Finding, FleetFinding, Outcome
from inventory.model import Claim, Device, Endpoint, Gap, Observation
from inventory.quarantine import Quarantine
from inventory.report import Assessment, Context, Registered, Report, Scan
from inventory.waivers import Standing, Use, Waiver
from scanner.pseudonyms import known
from scanner.pseudonyms.addresses import Addresses
from scanner.pseudonyms.facts import kept
from scanner.pseudonyms.known import Aliases
from scanner.pseudonyms.words import Own, Words

NOTE = (
    "pseudonymised for sharing: addresses, names, serial numbers, people, departments, sites and ids stand for others, the same in all reports of this city;"
    " what devices said word for word is left out"
)
LEFT_OUT = "(left out: pseudonymised)"
_PORT = re.compile(r"(?:tcp|udp)/\d+")
_PART = re.compile(r"[A-Za-z]+ \d+")
_RULE = re.compile(r" line (\d+)$")


class Pseudonyms:
    """What stands for what in these reports and in every other one of the same key."""

    def __init__(self, key: bytes, reports: Sequence[Report], city: str = "") -> None:
        self._addresses, self._aliases = Addresses(key), Aliases(key)
        self._found: dict[int, tuple[Device, dict[str, str]]] = {}
        exact: dict[str, str] = {}
        names: dict[str, str] = {}
        for report in reports:
            exact |= known.of_city(report, self._aliases, city)
            names |= known.of_places(report, self._aliases)
            for assessment in report.assessments:
                names |= self._of_device(assessment.device)
        plain = set(chain.from_iterable(known.products(report) for report in reports)) - set(names)
        self._words = Words(self._addresses, names, exact, plain, self._aliases.of)

    def _of_device(self, device: Device) -> dict[str, str]:
        """Its names, found once."""
        if id(device) not in self._found:
            self._found[id(device)] = device, known.of_device(device, self._aliases)
        return self._found[id(device)][1]

    def city(self, name: str) -> str:
        """What stands for the city's name."""
        return self._aliases.of("city", name)

    def finding(self, finding: str) -> str:
        """What stands for the id of a finding."""
        return self._aliases.finding(finding)

    def department(self, name: str) -> str:
        """What stands for the department."""
        return self._aliases.of(known.DEPARTMENT, name)

    def report(self, report: Report) -> Report:
        """The report under pseudonyms, its devices in their new order."""
        register = report.register
        told = replace(
            report,
            scan=self._scan(report.scan),
            assessments=tuple(map(self._assessment, report.assessments)),
            fleet=tuple(map(self._together, report.fleet)),
            register=self._register(register) if register else None,
            waivers=tuple(map(self._standing, report.waivers)),
        )
        return replace(told, assessments=told.ranked)

    def _scan(self, scan: Scan) -> Scan:
        return replace(
            scan,
            networks=tuple(dict.fromkeys(map(self._addresses.network, scan.networks))),
            left_out=tuple(map(self._addresses.network, scan.left_out)),
            authorised_by=self._aliases.of(known.PERSON, scan.authorised_by),
            site=self._aliases.of(known.SITE, scan.site),
            vantage=self._aliases.of(known.VANTAGE, scan.vantage),
            policy=scan.policy if scan.policy.startswith("built in") else self._aliases.of("policy", scan.policy),
            notes=(NOTE, *map(self._words.without, scan.notes)),
            sites=tuple(replace(one, site=self._aliases.of(known.SITE, one.site)) for one in scan.sites),
        )

    def _register(self, register: Registered) -> Registered:
        return Registered(
            register.rows,
            tuple(self._aliases.of("row", row) for row in register.missing),
            tuple(sorted(map(self._aliases.identity, register.unknown))),
        )

    def _assessment(self, assessment: Assessment) -> Assessment:
        called = known.called(assessment.context, self._aliases)
        own = Own(self._of_device(assessment.device) | called, _texts(assessment))
        score, entry = assessment.score, assessment.quarantine
        return replace(
            assessment,
            device=self._device(assessment.device, own),
            outcomes=tuple(self._outcome(outcome, own) for outcome in assessment.outcomes),
            score=replace(score, why=self._all(score.why, own), due_why=self._told(score.due_why, own)),
            firmware=self._firmware(assessment.firmware),
            uptime=tuple(replace(one, source=self._words.without(one.source, own)) for one in assessment.uptime),
            quarantine=self._quarantine(entry, own) if entry else None,
            context=self._context(assessment.context),
        )

    def _device(self, device: Device, own: Own) -> Device:
        marks = Own(
            known.marks(device, self._aliases),
            (claim.value for claim in device.claims if not known.telling(claim.name)),
        )
        return replace(
            device,
            identity=self._aliases.identity(device.identity),
            addresses=tuple(map(self._addresses.address, device.addresses)),
            mac=self._addresses.mac(device.mac) if device.mac else device.mac,
            open_ports=tuple(sorted(map(self._endpoint, device.open_ports))),
            observations=tuple(self._observation(seen) for seen in device.observations),
            claims=tuple(self._claim(claim, marks) for claim in device.claims),
            gaps=tuple(self._gap(gap, own) for gap in device.gaps),
            why=self._all(device.why, own),
            conflicts=self._all(device.conflicts, own),
            noted=tuple(map(self._addresses.address, device.noted)),
            untrusted=self._words.without(device.untrusted, own),
        )

    def _observation(self, seen: Observation) -> Observation:
        return replace(
            seen,
            endpoint=self._endpoint(seen.endpoint),
            facts=kept(seen.facts),
            evidence=b"",
            behind=self._part(seen.behind),
        )

    def _claim(self, claim: Claim, marks: Own) -> Claim:
        value = claim.value
        if claim.name == "mac":
            value = self._addresses.mac(value)
        elif known.telling(claim.name):
            value = self._aliases.of(claim.name, value)
        elif marks.pattern.search(value):
            value = marks.pattern.sub(LEFT_OUT, value)
        endpoint = self._endpoint(claim.endpoint) if claim.endpoint else None
        return replace(claim, value=value, endpoint=endpoint, behind=self._part(claim.behind))

    def _gap(self, gap: Gap, own: Own) -> Gap:
        return replace(gap, endpoint=self._endpoint(gap.endpoint), reason=self._words.without(gap.reason, own))

    def _outcome(self, outcome: Outcome, own: Own) -> Outcome:
        findings = tuple(self._finding(finding, own) for finding in outcome.findings)
        return replace(outcome, reason=self._words.without(outcome.reason, own), findings=findings)

    def _finding(self, finding: Finding, own: Own) -> Finding:
        account = finding.account
        return replace(
            finding,
            id=self._aliases.finding(finding.id),
            endpoint=self._endpoint(finding.endpoint),
            title=self._told(finding.title, own),
            detail=self._words.without(finding.detail, own),
            evidence=LEFT_OUT if finding.evidence else "",
            remedy=self._told(finding.remedy, own),
            facet=self._facet(finding.facet),
            account=": ".join(self._aliases.of("account", part) for part in account.split(": ", 1))
            if known.is_own(account)
            else account,
            sources=self._all(finding.sources, own),
            shifts=tuple(replace(shift, why=self._words.without(shift.why, own)) for shift in finding.shifts),
            accepted=self._acceptance(finding.accepted),
        )

    def _together(self, finding: FleetFinding) -> FleetFinding:
        return replace(
            finding,
            id=self._aliases.finding(finding.id),
            title=self._told(finding.title, None),
            detail=self._words.without(finding.detail),
            remedy=self._told(finding.remedy, None),
            devices=tuple(sorted(map(self._aliases.identity, finding.devices))),
            sources=self._all(finding.sources, None),
            accepted=self._acceptance(finding.accepted),
        )

    def _firmware(self, age: FirmwareAge) -> FirmwareAge:
        """Its clues without what they quote."""
        return replace(
            age,
            clues=tuple(
                replace(
                    clue,
                    detail=LEFT_OUT,
                    endpoint=self._endpoint(clue.endpoint) if clue.endpoint else None,
                    set_aside=self._words.without(clue.set_aside),
                )
                for clue in age.clues
            ),
        )

    def _quarantine(self, entry: Quarantine, own: Own) -> Quarantine:
        return replace(
            entry,
            identity=self._aliases.identity(entry.identity),
            address=self._addresses.address(entry.address),
            mac=self._addresses.mac(entry.mac) if entry.mac else entry.mac,
            reason=self._words.without(entry.reason, own),
            asked=self._words.without(entry.asked, own),
        )

    def _context(self, context: Context) -> Context:
        alias = self._aliases.of
        return replace(
            context,
            vantages=tuple(alias(known.VANTAGE, vantage) for vantage in context.vantages),
            owner=alias(known.PERSON, context.owner),
            department=alias(known.DEPARTMENT, context.department),
            site=alias(known.SITE, context.site),
            name=alias("name", context.name),
        )

    def _acceptance(self, word: Acceptance | None) -> Acceptance | None:
        if word is None:
            return None
        line = _RULE.search(word.rule)
        rule = f"a waiver, line {line[1]}" if line else "a waiver"
        return replace(word, owner=self._aliases.of(known.PERSON, word.owner), reason=LEFT_OUT, rule=rule)

    def _standing(self, standing: Standing) -> Standing:
        uses = tuple(self._use(use) for use in standing.uses)
        return replace(standing, waiver=self._waiver(standing.waiver), uses=uses, why=self._words.without(standing.why))

    def _use(self, use: Use) -> Use:
        if isinstance(use.finding, FleetFinding):
            return Use(self._together(use.finding))
        own = Own(self._of_device(use.device) if use.device else {}, _of_finding(use.finding))
        return Use(self._finding(use.finding, own), self._device(use.device, own) if use.device else None)

    def _waiver(self, waiver: Waiver) -> Waiver:
        alias = self._aliases.of
        return replace(
            waiver,
            owner=alias(known.PERSON, waiver.owner),
            reason=LEFT_OUT,
            finding=self._aliases.finding(waiver.finding),
            device=self._aliases.identity(waiver.device) if waiver.device else "",
            address=self._addresses.address(waiver.address) if waiver.address else "",
            network=ip_network(self._addresses.network(str(waiver.network))) if waiver.network else None,
            site=alias(known.SITE, waiver.site),
            department=alias(known.DEPARTMENT, waiver.department),
            facet=self._facet(waiver.facet),
            file="a waiver,",
        )

    def _endpoint(self, endpoint: Endpoint) -> Endpoint:
        return replace(endpoint, address=self._addresses.address(endpoint.address))

    def _facet(self, facet: str) -> str:
        return facet if not facet or _PORT.fullmatch(facet) else self._aliases.of("facet", facet)

    def _part(self, name: str) -> str:
        """A sub-device: its number says nothing, and whatever else it is called might."""
        return name if not name or _PART.fullmatch(name) else self._aliases.of("part", name)

    def _all(self, texts: Sequence[str], own: Own | None) -> tuple[str, ...]:
        return tuple(self._told(text, own) for text in texts)

    def _told(self, text: str, own: Own | None) -> str:
        """The text without names; one that a check always says is its own, whatever the city's people are called."""
        return text if text in _house_sentences() else self._words.without(text, own, quotes=True)


def _texts(assessment: Assessment) -> Iterator[str]:
    """Every sentence about a device that may name it."""
    device, entry = assessment.device, assessment.quarantine
    yield from (*device.why, *device.conflicts, device.untrusted, *assessment.score.why, assessment.score.due_why)
    yield from (gap.reason for gap in device.gaps)
    yield from (outcome.reason for outcome in assessment.outcomes)
    yield from (one.source for one in assessment.uptime)
    yield from (entry.reason, entry.asked) if entry else ()
    for finding in assessment.findings:
        yield from _of_finding(finding)


def _of_finding(finding: Finding) -> Iterator[str]:
    yield from (finding.title, finding.detail, finding.remedy, *finding.sources)
    yield from (shift.why for shift in finding.shifts)


@cache
def _house_sentences() -> frozenset[str]:
    return frozenset(chain.from_iterable((each.title, each.remedy, *each.sources) for each in load_checks()))

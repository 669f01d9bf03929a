"""What every finding owes whoever is to act on it: an act, a source, and clauses that are there and are called so."""

import re
from collections.abc import Sequence

from checks.contract import Act
from checks.standards import attack_names, framework_of, weakness_names

ACT = re.compile(
    "(?:Allow|Ask|Block|Bring|Change|Choose|Close|Compare|Configure|Cut|Delete|Demand|Disable|Disconnect|Drop|Enable|End|Filter|Find|Finish|Forbid|Give|Install"
    "|Isolate|Issue|Keep|Leave|Let|Limit|Look|Make|Move|Name|Offer|Open|Plan|Put|Read|Remove|Renew|Replace|Require|Restrict|Revoke|Rotate|Run|Separate|Set|Shut|Start"
    "|Stop|Switch|Take|Turn|Uninstall|Unplug|Update|Upgrade|Write) [^ ]"
)
"""How a remedy begins. Not among them: consider, improve, ensure, review, harden: nobody knows when that is done."""
VAGUE = re.compile(
    r"\b(?:consider|improve|harden|as appropriate|if possible|best practices?|be careful|take care)\b", re.IGNORECASE
)
OWED = ("ETSI EN 303 645", "NIST IR 8425", "IEC 62443-4-2", "CWE")
NONE_THERE = {
    "CWE-506": {
        "ETSI EN 303 645": "it asks for sound products, and has no clause on one that somebody has already broken into"
    },
}
"""Where a framework has nothing to say: by weakness or by check, and why."""
ATTACK = "MITRE ATT&CK for ICS: "


def faults(check: str, remedy: str, standards: Sequence[str], sources: Sequence[str], act: str) -> list[str]:
    """What a finding lacks, in words; nothing is what it should be."""
    return [*_of_remedy(remedy, act), *_of_sources(sources), *_missing(check, standards), *_untrue(standards)]


def _of_remedy(remedy: str, act: str) -> list[str]:
    found = [] if ACT.match(remedy) else [f"the remedy does not begin with an act: {remedy!r}"]
    found += [f"the remedy is vague: {remedy!r}"] if VAGUE.search(remedy) or len(remedy.split()) < 4 else []
    found += [] if remedy.endswith((".", ")")) else [f"the remedy does not end: {remedy!r}"]
    return found + ([] if act in set(Act) else [f"no kind of work: {act!r}"])


def _of_sources(sources: Sequence[str]) -> list[str]:
    return (
        []
        if sources and all(source.strip() and len(source) <= 400 for source in sources)
        else [f"no source: {sources!r}"]
    )


def _missing(check: str, standards: Sequence[str]) -> list[str]:
    there = {framework.name for clause in standards if (framework := framework_of(clause))}
    excused = {name for key in (check, *standards) for name in NONE_THERE.get(key, {})}
    return [f"no clause of {name}" for name in OWED if name not in there | excused]


def _untrue(standards: Sequence[str]) -> list[str]:
    """Clauses of no known edition, names that are not those of the ids, and what stands there twice."""
    found = [f"of no known edition: {clause!r}" for clause in standards if framework_of(clause) is None]
    found += [f"stands there twice: {clause!r}" for clause in set(standards) if list(standards).count(clause) > 1]
    for clause in standards:
        number, _, name = clause.removeprefix(ATTACK).partition(" ")
        if clause.startswith(ATTACK) and attack_names().get(number) != name:
            found.append(f"ATT&CK calls it otherwise: {clause!r}")
        if clause.startswith("CWE-") and clause not in weakness_names():
            found.append(f"no name is known of {clause}")
    return found

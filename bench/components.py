"""The releases of components: `python bench/components.py [component_releases.csv]` looks 10,000 banners up, and every usable row of the CSV, exactly."""

import csv
import sys
import time
from pathlib import Path

from checks.components import name_and_version, released
from checks.intelligence import Intelligence, built_in

BANNERS = 10_000
_WRITTEN = (
    ("Apache/{version} (CentOS)", "apache-httpd"),
    ("OpenSSH_{version} Debian-10+deb9u7", "openssh"),
    ("dropbear_{version}", "dropbear"),
    ("lighttpd/{version}", "lighttpd"),
    ("Linux {version} #1 SMP PREEMPT", "linux-kernel"),
    ("BusyBox v{version} (2014-01-20 12:00:00 CST)", "busybox"),
    ("Asterisk PBX {version}-cert9", "asterisk"),
    ("OpenSSL/{version}-fips", "openssl"),
    ("Portable SDK for UPnP devices/{version}", "pupnp"),
    ("mosquitto version {version}", "mosquitto"),
    ("acmeweb/{version}", "nginx"),
)
"""How banners write a version, and the component whose versions are put there; the last one is in no table."""


def main() -> None:
    """Print how long it takes, and what of the file is not found."""
    start = time.perf_counter()
    intelligence = built_in()
    rows = sum(len(component.versions) for component in intelligence.components.values())
    print(f"{rows} releases of {len(intelligence.components)} components read in {_since(start)}")
    texts = banners(intelligence)
    start = time.perf_counter()
    dated = sum(_day_is_known(text, intelligence) for text in texts)
    print(f"{len(texts)} banners looked up in {_since(start)}: {dated} have a day")
    for path in sys.argv[1:]:
        check(Path(path), intelligence)


def banners(intelligence: Intelligence) -> list[str]:
    """The templates in turn, each with the versions of its component in turn."""
    versions = {name: list(intelligence.components[name].versions) for _, name in _WRITTEN}
    return [
        template.format(version=versions[name][number % len(versions[name])])
        for number in range(BANNERS)
        for template, name in (_WRITTEN[number % len(_WRITTEN)],)
    ]


def check(path: Path, intelligence: Intelligence) -> None:
    """Say of every usable row whether it is found, and whether by the day that it states, an earlier one or a later one."""
    told: dict[str, int] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["date_quality"].startswith("import-bulk"):
                outcome = _outcome(row["component"], row["version"], row["date"], intelligence)
                told[outcome] = told.get(outcome, 0) + 1
    print(
        f"{path.name}: {sum(told.values())} usable rows: "
        + ", ".join(f"{n} {what}" for what, n in sorted(told.items()))
    )


def _outcome(component: str, version: str, day: str, intelligence: Intelligence) -> str:
    if day < "1971":
        return "of 1970"
    if version not in intelligence.components[component].versions:
        return "missing"
    bound = released(component, version, intelligence)
    if bound is None:
        return "without a day"
    return "exact" if bound.isoformat() == day else "bounded earlier" if bound.isoformat() < day else "bounded later"


def _day_is_known(text: str, intelligence: Intelligence) -> bool:
    named = name_and_version(text)
    return named is not None and released(*named, intelligence) is not None


def _since(start: float) -> str:
    return f"{1000 * (time.perf_counter() - start):.0f} ms"


if __name__ == "__main__":
    main()

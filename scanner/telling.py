"""What `tocsin report` tells to whom: the rewritings of the edition, and the formats that it may have."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from inventory.errors import ConfigError
from inventory.report import Report
from scanner.audiences import Audience, chooser, chosen
from scanner.audiences.page import Page
from scanner.city import City
from scanner.edition import Edition
from scanner.options import Options
from scanner.report import Format
from scanner.retelling import Rewriting, each, retold

PLACEHOLDER = "{department}"
BLANK = Page("", "", "", ())
"""What is told before there is a report: then only the names of formats are looked at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: the audience, the department where one was named, and whether and by which key names are to be replaced."""

    audience: Audience = Audience.TECHNICIAN
    department: str | None = None
    share_safe: bool = False
    share_key: Path | None = None

    def check(self, files: Iterable[Path], named: str | None) -> None:
        """Raise `ConfigError` where a file or a format cannot be written for that audience, or an option means nothing."""
        if self.department is not None and self.audience is not Audience.DEPARTMENT:
            raise ConfigError("--department chooses whose report it is, which only --for department does")
        if self.share_key is not None and not self.share_safe and self.audience is not Audience.PUBLIC:
            raise ConfigError("--share-key is the key of the pseudonyms, which only --share-safe makes")
        for path in files:
            self.format_for(path)
            if PLACEHOLDER in str(path) and not self.is_for_all(path):
                raise ConfigError(
                    f"{path}: {PLACEHOLDER} in the name of a file is for --for department without --department"
                )
            if PLACEHOLDER in str(path.parent):
                raise ConfigError(f"{path}: {PLACEHOLDER} may stand in the name of the file, not of a folder")
        if named is not None:
            self.format_named(named)

    def is_for_all(self, path: Path) -> bool:
        """Whether one file for each department is meant."""
        return self.audience is Audience.DEPARTMENT and self.department is None and PLACEHOLDER in path.name

    def format_for(self, path: Path, page: Callable[[Edition], Page] = lambda _: BLANK) -> Format:
        """The format of a file for that audience, which makes that page."""
        return chooser(self.audience, page)(path)

    def format_named(self, name: str, page: Callable[[Edition], Page] = lambda _: BLANK) -> Format:
        """The format of that name for that audience, which makes that page."""
        return chosen(self.audience, page, name)


class Telling:
    """One telling of a ranked report, to one audience: a department's is of one department."""

    def __init__(self, wanted: Wanted, report: Report, city: City, options: Options) -> None:
        self.wanted, self._city, self._options = wanted, city, options
        self._department = ""
        if wanted.audience is Audience.DEPARTMENT:
            from scanner.audiences.own import department_named, departments

            self._department = department_named(wanted.department, departments(report, city, options.settings()))
        self._veiled: tuple[str, str] | None = None

    def told(self, edition: Edition) -> Edition:
        """The edition as this audience gets it."""
        rewritings: list[Rewriting] = []
        if self._department:
            from scanner.audiences.own import of_department

            rewritings.append(each(of_department(self._department, self._city)))
            edition = replace(edition, trend=())  # it is the whole city's
        if self.wanted.share_safe:
            rewritings.append(self._veil)
        made = retold(edition, self._options, rewritings) if rewritings else edition
        return replace(made, city=self._veiled[0]) if self._veiled else made

    def format_for(self, path: Path) -> Format:
        """The format of a file, with this audience's page."""
        return self.wanted.format_for(path, self.page)

    def format_named(self, name: str) -> Format:
        """The format of that name, with this audience's page."""
        return self.wanted.format_named(name, self.page)

    def page(self, edition: Edition) -> Page:
        """The page for this audience."""
        made = self._page()(edition)
        if not self._veiled:
            return made
        from scanner.pseudonyms.rewriting import NOTE

        return replace(made, small_print=(f"This report is {NOTE}.", *made.small_print))

    def _page(self) -> Callable[[Edition], Page]:
        from scanner.audiences import department, executive, public

        if self.wanted.audience is Audience.PUBLIC:
            return partial(public.page, key=self._key())
        if self.wanted.audience is Audience.EXECUTIVE:
            return executive.page
        contacts = {} if self._veiled else self._options.settings().contacts
        name = self._veiled[1] if self._veiled else self._department
        return partial(department.page, department=name, contacts=contacts)

    def _veil(self, reports: Sequence[Report]) -> Sequence[Report]:
        from scanner.pseudonyms.rewriting import Pseudonyms

        city = self._options.settings().city
        pseudonyms = Pseudonyms(self._key(), reports, city)
        self._veiled = pseudonyms.city(city), pseudonyms.department(self._department)
        return tuple(map(pseudonyms.report, reports))

    def _key(self) -> bytes:
        from scanner.pseudonyms.key import share_key

        return share_key(self.wanted.share_key, self._options.store_path())


def spread(
    wanted: Wanted, files: Iterable[Path], report: Report, city: City, options: Options
) -> list[tuple[Wanted, list[Path]]]:
    """The files of each telling: those for all departments become one for each that has devices."""
    from scanner.audiences.own import department_named

    files = list(files)
    for_all = [path for path in files if wanted.is_for_all(path)]
    rest = [path for path in files if path not in for_all]
    found = [(wanted, rest)] if rest or not files else []
    if for_all:
        names = sorted({one.context.department for one in report.assessments} - {""})
        department_named(names[0] if names else None, names)  # says so where no department is known
        slugs = _slugs(names)
        found += [
            (
                replace(wanted, department=name),
                [path.with_name(path.name.replace(PLACEHOLDER, slugs[name])) for path in for_all],
            )
            for name in names
        ]
    return found


def _slugs(names: Iterable[str]) -> dict[str, str]:
    """A name for a file of each: letters and digits of ASCII only; what would be the same as another's, or nothing, gets a few digits of its hash."""
    made: dict[str, str] = {}
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
        if not slug or slug in made.values():
            slug = f"{slug or 'department'}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        made[name] = slug
    return made

"""Who is called: `[contacts]` of `tocsin.toml`, by department, and under "security" whoever answers questions."""

from collections.abc import Mapping

from inventory.text import one_line
from scanner.toml_table import Table, in_short

SECURITY = "security"
_LONGEST = 200


def contacts_of(table: Table) -> Mapping[str, str]:
    """The contact of each department, on one line, by its name as the register and the sites write it."""
    found: dict[str, str] = {}
    for name, value in table.values.items():
        if not isinstance(value, str) or not value.strip():
            raise table.error(
                f'the contact of {in_short(name)} must be text in quotes, such as "Anna Example, +1 555 0100", not {in_short(value)}',
                name,
            )
        if len(value) > _LONGEST:
            raise table.error(f"the contact of {in_short(name)} has more than {_LONGEST} characters", name)
        if any(name.casefold() == other.casefold() for other in found):
            raise table.error(f"{in_short(name)} has two contacts, which differ in capital letters only", name)
        found[name] = one_line(value)
    return found


def contact_of(contacts: Mapping[str, str], name: str) -> str:
    """The contact of that department, however it is written; "" where none is named."""
    return next((contact for other, contact in contacts.items() if other.casefold() == name.casefold()), "")

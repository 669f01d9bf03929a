"""How the names of tables are read, said again in the plainest way, to hold what finds them quickly against."""

from checks.products import plain


def goes_by(names: tuple[str, ...], pattern: str) -> bool:
    """Whether one of those names is `pattern`, whose final "*" stands for any ending."""
    wanted = plain(pattern)
    return any(name.startswith(wanted) if pattern.endswith("*") else name == wanted for name in names)

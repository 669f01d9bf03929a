"""`tocsin-lab status`, `set`, `off`, `on` and `reset`: a city that is up, seen and changed by whoever brought it up."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lab.commands.explained import explained
from lab.commands.files import as_json, plain

if TYPE_CHECKING:
    from lab.running import Note

_Command = TypeVar("_Command", bound=Callable[..., None])


def of_a_city(command: _Command) -> _Command:
    """Add the option that says which of the cities that are up is meant."""
    return click.option(
        "--city", default="", metavar="NETWORK", help="Which city, by its network or process, where several are up."
    )(command)


@click.command()
@click.option("--json", "as_data", is_flag=True, help="As JSON: a list of cities.")
def status(*, as_data: bool) -> None:
    """Say which cities are up, where, since when, and what was done to their devices so far."""
    from lab.control import cities

    with explained():
        told = [_status(city) for city in cities()]
    if as_data:
        click.echo(as_json(told), nl=False)
    elif not told:
        click.echo("no city is up")
    else:
        click.echo("\n\n".join("\n".join(_lines(one)) for one in told))


def _status(city: "Note") -> dict[str, Any]:
    from lab.city import CityError
    from lab.control import ask

    known = {name: getattr(city, name) for name in ("network", "mode", "why", "since", "keep")}
    try:
        return {**known, "process": city.keeper.pid, **ask(city, {"do": "status"})}
    except CityError as error:
        return {**known, "process": city.keeper.pid, "error": str(error)}


def _lines(told: Mapping[str, Any]) -> list[str]:
    since = datetime.fromisoformat(told["since"])
    rows = [
        (told["network"], f"{told['mode']}, since {since:%Y-%m-%d %H:%M:%S} UTC, process {told['process']}"),
        ("why", told["why"]),
    ]
    if "error" in told:
        rows.append(("trouble", told["error"]))
    else:
        rows += [
            ("harms", str(told["harms"] or "none")),
            *((name, ", ".join(told[name])) for name in ("dead", "restarted", "off") if told[name]),
            *([("printed", ", ".join(_pages(told["printed"])))] if told["printed"] else []),
            ("devices", str(told["devices"])),
            ("changes", f"{told['changes'] or 'none'} to settings"),
            *([("faults", f"{told['faults']} of the lab itself")] if told["faults"] else []),
        ]
    if told["keep"]:
        rows.append(("keeps", f"settings, in {told['keep']}"))
    width = max(len(name) for name, _ in rows)
    return [f"{name:<{width}}  {plain(text)}" for name, text in rows]


def _pages(printed: Mapping[str, int]) -> Iterator[str]:
    return (f"{name} ({number} page{'' if number == 1 else 's'})" for name, number in printed.items())


@click.command("set")
@click.argument("device")
@click.argument("setting", required=False)
@click.argument("value", required=False)
@of_a_city
def set_(device: str, setting: str | None, value: str | None, city: str) -> None:
    """Set something on a device, at once; without a setting and a value say what can be set on it.

    SETTING=VALUE is the same as SETTING VALUE. Every device has the setting address: where it stands, as long as the city is up.
    """
    if setting is not None and value is None and "=" in setting:
        setting, _, value = setting.partition("=")
    if setting is None or value is None:
        _show(_asked(city, do="settings", device=device), device, setting)
        return
    click.echo(plain(_asked(city, do="set", device=device, setting=setting, value=value)["done"]))


def _show(answer: Mapping[str, Any], device: str, wanted: str | None) -> None:
    """Say what can be set on a device, or what is `wanted` of it."""
    lines = {one["name"]: f"{one['title']}: {one['value']}  ({_values(one)})" for one in answer["settings"]}
    lines["address"] = f"Address: {answer['address']}  (another of the city's network)"
    if wanted is not None and wanted not in lines:
        raise click.ClickException(f"{device} has no setting {wanted!r}; it has: {', '.join(lines)}")
    for name, words in lines.items():
        if wanted in (None, name):
            click.echo(plain(f"{name}  {words}"))


def _values(one: Mapping[str, Any]) -> str:
    return ", ".join(one["values"] or ("any text", *(["or factory"] if one["secret"] else [])))


@click.command()
@click.argument("device")
@of_a_city
def off(device: str, city: str) -> None:
    """Turn a device off: it answers nobody, and is gone from the network."""
    click.echo(plain(_asked(city, do="off", device=device)["done"]))


@click.command()
@click.argument("device")
@of_a_city
def on(device: str, city: str) -> None:
    """Turn a device on; one that was dead lives again."""
    click.echo(plain(_asked(city, do="on", device=device)["done"]))


@click.command()
@of_a_city
def reset(city: str) -> None:
    """Forget what was done to the devices, so that the next scan is judged alone; their settings stay."""
    click.echo(_asked(city, do="reset")["done"])


def _asked(city: str, **request: str) -> dict[str, Any]:
    from lab.control import ask, the_city

    with explained():
        return ask(the_city(city), request)

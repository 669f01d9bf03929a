"""`tocsin browse`."""

from __future__ import annotations

import gc
import os
import sys

import click

from inventory.errors import ConfigError
from scanner.exits import Exit
from scanner.options import Options


@click.command(short_help="Walk through the devices with the keyboard.")
@click.argument("scan", required=False)
@click.pass_obj
def command(options: Options, scan: str | None) -> int:
    """Walk through the devices with the keyboard, as they were seen last: filter, sort, open, and accept what is to be lived with.

    SCAN is an id or its beginning, for what that scan found. It needs a terminal; `?` there lists the keys. Nothing is sent, and nothing is written but what
    is accepted and confirmed.
    """
    if os.environ.get("TERM") in (None, "", "dumb") or not all(
        stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):
        raise ConfigError("browse needs a terminal to draw on; `tocsin devices` and `tocsin findings` print lists")
    from scanner.browse.app import Browser
    from scanner.browse.shelf import Shelf

    gc.disable()
    shelf = Shelf(options, scan)
    gc.freeze()  # the records live to the end, and need not be looked through for rubbish
    gc.enable()
    browser = Browser(shelf)
    browser.run()
    return Exit.BUG if browser.return_code else Exit.CLEAN

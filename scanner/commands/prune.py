"""`tocsin prune`."""

from datetime import UTC, datetime

import click

from inventory.text import counted, one_line
from scanner.exits import Exit
from scanner.options import Options
from scanner.output import show


@click.command(short_help="Delete what was kept for as long as it may be.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.pass_obj
def command(options: Options, /, *, dry_run: bool) -> int:
    """Delete what has been kept for as long as [retention] of tocsin.toml says.

    Evidence (what devices said: facts, excerpts, and the dated folders of reports) for 90 days, history (which devices there were and what was wrong with
    them) for 730, and the audit trail for 2555, unless the file says otherwise. Exit code 3: something could not be deleted.
    """
    from scanner.pruning import prune
    from scanner.terminal import cell, table

    settings = options.settings()
    kept = settings.retention
    with options.open_store() as store:
        done = prune(store, options.audit_path(), settings.nights.reports, kept, datetime.now(UTC), really=not dry_run)
    rows = table("class", "kept for", "would be deleted" if dry_run else "deleted")
    rows.add_row("evidence", counted(kept.evidence, "day"), f"what devices said in {counted(done.evidence, 'scan')}")
    rows.add_row("reports", counted(kept.evidence, "day"), counted(len(done.folders), "dated folder"))
    rows.add_row("history", counted(kept.history, "day"), counted(done.scans, "scan"))
    rows.add_row("audit", counted(kept.audit, "day"), counted(done.audit, "line"))
    show(rows, *(cell(f"note: {one_line(problem)}") for problem in done.problems))
    return Exit.INCOMPLETE if done.problems else Exit.CLEAN

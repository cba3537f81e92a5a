"""`doorward mirror`: a run's facts as row tables in PostgreSQL, for reports and dashboards."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from doorward.apps.cli.screen import answer, progress, teller
from doorward.ledger.journal import Journal
from doorward.runtime.rows import fact_words
from doorward.runtime.rundir import RunDir

EVERY_S = 1.0
"""How often a mirror that follows looks for new turns."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog='Example: doorward mirror runs/metro "postgresql://ann@db/net?schema=metro" --follow')(
        mirror
    )


def mirror(
    run: Annotated[Path, typer.Argument(help="Run directory.")],
    url: Annotated[
        str, typer.Argument(help="postgresql://user@host/base?schema=metro: rows go into metro_rows.")
    ],
    follow: Annotated[bool, typer.Option("--follow", help="Go on until interrupted.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Copy a run's facts into ordinary tables, one a fact; goes on where it was, also beside the running service."""
    from doorward.ledger.mirror import Mirror  # psycopg is wanted only here

    with (
        Journal.open(RunDir(run).journal, read_only=True) as journal,
        Mirror(journal, url, fact_words()) as rows,
    ):
        with progress() as bar:
            tell = teller(bar)
            turn = rows.catch_up(
                lambda done, newest: tell("mirror", done, newest, f"turn {done:,} of {newest:,}")
            )
        if json:
            answer({"turn": turn, "schema": rows.schema})
        while follow:
            time.sleep(EVERY_S)
            rows.catch_up()

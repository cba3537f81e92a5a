"""`doorward sql`: DuckDB over the tables and the journal of a run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import duckdb
import pyarrow as pa
import typer

from doorward.apps.cli.screen import answer, grid
from doorward.core.errors import BadInput
from doorward.runtime.build import open_state
from doorward.runtime.rundir import RunDir, newest_run
from doorward.runtime.views import Catalogue

LIMIT = 10_000
"""Rows printed at most; write `limit` or use export for more."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog='Example: doorward sql "select way, count(*) from packages group by way order by 2 desc"'
    )(sql)


def sql(
    query: Annotated[str, typer.Argument(help='The query, or "tables" to list what there is to ask.')],
    run: Annotated[
        Path | None, typer.Option("--run", help="Run directory; the newest under runs/ if not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON: a list of rows.")] = False,
) -> None:
    """Ask the tables and the journal of a run in SQL."""
    where = RunDir(run or newest_run())
    with open_state(where) as state, duckdb.connect() as db:
        catalogue = Catalogue(where, state)
        if query.strip().lower() == "tables":
            found = pa.table(catalogue.listing())
        else:
            for name in catalogue.names() & set(re.findall(r"[a-z_0-9]+", query.lower())):
                db.register(name, catalogue.arrow(name))
            try:
                result = db.sql(query)
                found = result.limit(LIMIT).to_arrow_table()
            except duckdb.Error as error:
                raise BadInput(
                    str(error).split("\n")[0],
                    where="QUERY",
                    remedy="`doorward sql tables` lists tables and columns",
                ) from error
    rows = found.to_pylist()
    if json:
        answer(rows)
    else:
        grid("", found.column_names, [list(r.values()) for r in rows])

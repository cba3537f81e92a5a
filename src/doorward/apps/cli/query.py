"""`doorward sql`: DuckDB over the tables and the journal of a run."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pyarrow as pa
import typer

from doorward.apps.cli.screen import answer, grid
from doorward.core.errors import BadInput
from doorward.runtime.build import open_state
from doorward.runtime.rundir import RunDir, newest_run
from doorward.runtime.views import Catalogue

_KIND = duckdb.StatementType
ASKS = (_KIND.SELECT, _KIND.EXPLAIN, _KIND.COPY)
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
                _only_asks(db, query)
                result = db.sql(query)
                found = result.limit(LIMIT).to_arrow_table()
            except duckdb.Error as error:
                raise BadInput(
                    str(error).split("\n")[0],
                    where="QUERY",
                    remedy="`doorward sql tables` lists tables and columns",
                ) from error
    if json:
        answer(_finite(found.to_pylist()))
    else:
        grid("", found.column_names, list(zip(*(c.to_pylist() for c in found.columns), strict=True)))


def _only_asks(db: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise BadInput unless it is one question: what happened is changed by no query."""
    asked = [statement.type for statement in db.extract_statements(query)]
    if len(asked) != 1 or asked[0] not in ASKS:
        raise BadInput(
            f"{', '.join(kind.name.lower() for kind in asked) or 'nothing'} is asked",
            where="QUERY",
            rule="one select (or describe, explain; copy (select ...) to 'file.csv' writes a file)",
            remedy="write one query; a run's tables are read, never changed",
        )


def _finite(value: Any) -> Any:
    """The same without what JSON cannot say: null instead of not-a-number and infinities."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_finite(each) for each in value]
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    return value

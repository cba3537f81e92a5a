"""`doorward migrate`: a run's journal from SQLite to PostgreSQL, or back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorward.apps.cli.screen import ERR, answer, progress, shown, teller
from doorward.core.errors import BadInput
from doorward.ledger.journal import Journal, sync
from doorward.ledger.migrate import counts, migrate
from doorward.ledger.read import is_url, journal_of

BEFORE = "journal-before-postgres.db"
RunArgument = Annotated[Path, typer.Argument(help="Run directory.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One line of JSON.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    verbs = typer.Typer(no_args_is_help=True, help="Move a run's journal between SQLite and PostgreSQL.")
    epilog = 'Example: doorward migrate sqlite-to-postgres runs/metro "postgresql://ann@db/net?schema=metro"'
    verbs.command("sqlite-to-postgres", epilog=epilog)(sqlite_to_postgres)
    back = "Example: doorward migrate postgres-to-sqlite runs/metro copy/journal.db"
    verbs.command("postgres-to-sqlite", epilog=back)(postgres_to_sqlite)
    app.add_typer(verbs, name="migrate")


def sqlite_to_postgres(
    run: RunArgument,
    url: Annotated[
        str, typer.Argument(help="postgresql://user@host:port/base?schema=region; the schema is made.")
    ],
    switch: Annotated[
        bool, typer.Option("--switch/--copy", help="Let the run go on there, or only copy.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Copy a run's journal into an empty schema, check every turn in both, and let the run go on there.

    All or nothing. The password belongs into PGPASSWORD or the passfile: the URL is written into the run directory.
    """
    file = run / "journal.db"
    if not file.is_file():
        raise BadInput("there is no journal.db", where=str(run), remedy="name a run directory kept in SQLite")
    if not is_url(url):
        raise BadInput(
            f"{url!r} is no address", where="URL", rule="postgresql://user@host:port/base?schema=region"
        )
    _copy(file, url, json)
    if switch:
        named = run / "journal.url"
        named.write_text(url + "\n", encoding="utf-8")
        named.chmod(0o600)
        file.rename(run / BEFORE)
        sync(named)
        sync(run)
        ERR.print(f"The run goes on there ([bold]{shown(named)}[/]); what was before: {shown(run / BEFORE)}")


def postgres_to_sqlite(
    run: Annotated[str, typer.Argument(help="Run directory kept in PostgreSQL, or a URL.")],
    file: Annotated[Path, typer.Argument(help="The new journal file.")],
    json: JsonOption = False,
) -> None:
    """Copy a journal out of PostgreSQL into a new file, and check every turn in both."""
    place = run if is_url(run) else journal_of(Path(run))
    if not is_url(place):
        raise BadInput("it is kept in SQLite already", where=run, remedy="copy the file")
    if file.exists():
        raise BadInput("there is such a file already", where=str(file), remedy="name a new one")
    _copy(place, file, json)


def _copy(source: Path | str, target: Path | str, json: bool) -> None:
    """Both as their one writer, so that nothing changes meanwhile."""
    with Journal(source) as old, Journal(target) as new, progress() as bar:
        head = migrate(old, new, teller(bar))
        rows = counts(new)
    if json:
        answer({"turns": head.turn, "chain": head.chain.hex(), "rows": rows, "to": str(new.path)})
    else:
        ERR.print(f"{head.turn:,} turns, digest {head.chain.hex()}, in {shown(new.path)}")

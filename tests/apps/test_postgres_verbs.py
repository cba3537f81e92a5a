"""A run's journal moved, mirrored and brought back from the command line."""

from __future__ import annotations

from pathlib import Path

import psycopg
from typer.testing import CliRunner

from doorward.apps.cli.main import app
from doorward.core.errors import BadInput
from doorward.ledger.journal import Journal
from doorward.ledger.ledger import Ledger
from doorward.runtime.build import all_folds
from doorward.runtime.rows import FACT_WORDS
from tests.ledger.small import FOLDS, REFERENCE
from tests.ledger.test_migrate import lived
from tests.postgres import Server


def test_words_belong_to_facts_and_columns_that_are_there() -> None:
    facts = {fact for fact in all_folds() if fact in FACT_WORDS}
    assert len(facts) >= 16
    for fact, columns in FACT_WORDS.items():
        assert set(columns) <= set(fact.columns)


def test_a_run_moves_is_mirrored_and_comes_back(postgres: Server, tmp_path: Path) -> None:
    run, url = tmp_path / "run", postgres.url()
    lived(run)
    with Ledger.open(run, FOLDS, REFERENCE, read_only=True) as ledger:
        head = ledger.head()

    def told(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert '"turn":401' in told("mirror", str(run), url, "--json")
    assert head[1] in told("migrate", "sqlite-to-postgres", str(run), url, "--json")
    assert not (run / "journal.db").exists() and (run / "journal.url").stat().st_mode & 0o077 == 0
    assert isinstance(
        CliRunner().invoke(app, ["migrate", "sqlite-to-postgres", str(run), url]).exception, BadInput
    )
    with Ledger.open(run, FOLDS, REFERENCE, read_only=True) as ledger:
        assert ledger.head() == head
    assert '"turn":401' in told("mirror", str(run), url, "--json")
    assert head[1] in told("migrate", "postgres-to-sqlite", str(run), str(tmp_path / "back.db"), "--json")
    with Journal(tmp_path / "back.db") as back:
        assert back.verify() == head[0]
    base, _, schema = url.partition("?schema=")
    with psycopg.connect(base) as sql:
        assert sql.execute(f'select count(*) from "{schema}_rows".appeared'.encode()).fetchall() == [(1200,)]

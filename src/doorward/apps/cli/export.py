"""`doorward export`: a run in the formats of others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyarrow.parquet as parquet
import typer

from doorward.adapters.epcis import write_epcis
from doorward.adapters.geojson import write_geojson
from doorward.adapters.labels import write_labels
from doorward.apps.cli.screen import answer, grid
from doorward.ledger.drafts import whole
from doorward.runtime.build import label_rules, open_state
from doorward.runtime.rundir import RunDir, newest_run
from doorward.runtime.views import Catalogue


class Form(StrEnum):
    """What can be written."""

    epcis = "epcis"
    geojson = "geojson"
    parquet = "parquet"
    labels = "labels"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example: doorward export epcis --out events.jsonld")(export)


def export(
    form: Annotated[
        Form, typer.Argument(help="epcis (GS1 EPCIS 2.0), geojson, parquet (all tables), labels (ZPL).")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="File, or folder for parquet.")] = None,
    run: Annotated[Path | None, typer.Option("--run", help="Run directory; the newest if not given.")] = None,
    package: Annotated[int, typer.Option("--package", help="Labels: of this package alone.")] = -1,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    """Write the events, the map, the tables or the shipping labels of a run."""
    where = RunDir(run or newest_run())
    names = {
        Form.epcis: "events.jsonld",
        Form.geojson: "map.geojson",
        Form.parquet: "parquet",
        Form.labels: "labels.zpl",
    }
    path = out or where.root / names[form]
    with open_state(where) as state:
        if form is Form.epcis:
            created, labels = where.settings.start_s, label_rules(where)
            count = write_epcis(state, path, where.offset, labels.sscc_prefix, labels.sscc_extension, created)
        elif form is Form.labels:
            rules = label_rules(where)
            count = write_labels(state, path, where.offset, rules.sscc_prefix, rules.sscc_extension, package)
        elif form is Form.geojson:
            count = write_geojson(state, path)
        else:
            path.mkdir(parents=True, exist_ok=True)
            catalogue = Catalogue(where, state)
            for name in sorted(catalogue.names()):
                with whole(path / f"{name}.parquet") as draft:
                    parquet.write_table(catalogue.arrow(name), draft, compression="zstd")
            count = len(catalogue.names())
    what = {Form.epcis: "events", Form.geojson: "features", Form.parquet: "tables", Form.labels: "labels"}[
        form
    ]
    if json:
        answer({"written": str(path), what: count})
    else:
        grid("", ("written", what), [(str(path), count)])

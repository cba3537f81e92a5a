"""Where network files are: by path, or by the name of an example."""

from __future__ import annotations

from pathlib import Path

import doorward
from doorward.core.errors import BadInput


def examples() -> Path:
    """The folder of example networks: that of the checkout, or the copy inside the installed package."""
    package = Path(doorward.__file__).resolve().parent
    for folder in (package / "networks", package.parents[1] / "networks"):
        if (folder / "metro.toml").is_file():
            return folder
    return package / "networks"


def beside(home: Path, name: str) -> Path | None:
    """A file named in a network file: in that one's folder, or among the examples; None if in neither."""
    inside = (folder / name for folder in (home, examples()) if ".." not in Path(name).parts)
    return next((path for path in inside if not Path(name).is_absolute() and path.is_file()), None)


def find_network(name: str | Path) -> Path:
    """The network file meant by a path (`networks/metro.toml`) or by the name of an example (`metro`)."""
    given = Path(name)
    if given.is_file():
        return given
    if given.is_dir():
        raise BadInput(
            "is a folder", where=str(name), rule="a network is one TOML file", remedy="name the file"
        )
    stem = given.name if given.suffix == ".toml" else f"{given.name}.toml"
    shipped = examples() / stem
    plain = given.parent in (Path(), Path("networks"))
    if plain and shipped.is_file():
        return shipped
    known = ", ".join(sorted(p.stem for p in examples().glob("*.toml")))
    raise BadInput(
        "there is no such network file", where=str(name), rule="a network is a TOML file, or the name of an example",
        remedy=f"give the path of a file, or one of {known}",
    )  # fmt: skip

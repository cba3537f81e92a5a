"""Files that are written whole or not at all: into a draft beside them, which takes their name when it is finished."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write what is to stand at `path`. If that fails, nothing of it stays, and what stood there stands.

    Raises OSError that names `path`, whatever wrote the draft. A pipe or device is written as it is.
    """
    draft = path if path.exists() and not path.is_file() else path.with_name(path.name + ".new")
    try:
        yield draft
        if draft != path:
            draft.replace(path)
    except BaseException as error:
        if draft != path:
            with contextlib.suppress(OSError):
                draft.unlink()
        if isinstance(error, OSError) and error.errno is not None:
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise

"""How the engine's kernels are compiled.

They are given all the memory that they work on, so numba need not count references to it: `_nrt=False` leaves that out,
which made the search 2.7 times as fast (counting is an atomic operation for every array in every call). The price: a
kernel may allocate nothing, numba refuses to compile one that does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba as nb

F = TypeVar("F", bound=Callable[..., Any])
njit: Callable[..., Callable[[F], F]] = nb.njit


def kernel(function: F) -> F:
    """A kernel that Python calls."""
    return njit(cache=True, fastmath=True, error_model="numpy", _nrt=False)(function)


def part(function: F) -> F:
    """A part of one, compiled into whatever calls it."""
    return njit(cache=True, fastmath=True, error_model="numpy", _nrt=False, forceinline=True)(function)

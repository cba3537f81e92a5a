"""Where planners run: here, in processes beside us, or (later) on a cluster. The plans must be the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

R = TypeVar("R")


class Runner(Protocol):
    """Runs a pure planner on several inputs."""

    def map(self, planner: Callable[..., R], calls: Sequence[tuple[Any, ...]]) -> list[R]:
        """`planner(*call)` for each call, answers in the order of the calls.

        The planner is a module-level pure function; its arguments and answers can be pickled. A planner that raises
        raises here.
        """
        ...


class Inline:
    """Runs them here, one after the other."""

    def map(self, planner: Callable[..., R], calls: Sequence[tuple[Any, ...]]) -> list[R]:
        """See Runner."""
        return [planner(*call) for call in calls]

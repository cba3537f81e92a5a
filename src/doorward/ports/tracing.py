"""Traces: what was done when, by whom it was asked, and in which turn it stands. Off unless asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Span(Protocol):
    """Something that is being done."""

    def say(self, **about: int | float | str) -> None:
        """Add what is known of it by now."""
        ...

    @property
    def carried(self) -> str:
        """What another process needs to go on with it (W3C Trace Context, `traceparent`); empty if not traced."""
        ...


class Tracer(Protocol):
    """Takes spans."""

    on: bool

    def span(self, name: str, parent: str = "", **about: int | float | str) -> AbstractContextManager[Span]:
        """Around what is done. parent: `carried` of another process's span; else the span around this one."""
        ...

    def did(self, name: str, seconds: float, **about: int | float | str) -> None:
        """Something that is over and took so long until now."""
        ...


class _Nothing:
    carried = ""

    def say(self, **about: int | float | str) -> None:
        pass


class Untraced:
    """Takes nothing."""

    on = False
    _nothing = _Nothing()

    @contextmanager
    def span(self, name: str, parent: str = "", **about: int | float | str) -> Iterator[Span]:
        """See Tracer."""
        yield self._nothing

    def did(self, name: str, seconds: float, **about: int | float | str) -> None:
        """See Tracer."""


UNTRACED = Untraced()

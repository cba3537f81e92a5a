"""Outages: what the buildings and the partners tell of their own standstills."""

from __future__ import annotations

from typing import Protocol

from doorward.tables.outages import Outages


class OutagePort(Protocol):
    """Building management, control systems, partners' notices."""

    def outages(self, after_s: int, now_s: int) -> Outages:
        """Outages that stood at any time of (after_s, now_s], by beginning; until_s -1 if they still stand."""
        ...


class AllWell:
    """Nothing ever stands still."""

    def outages(self, after_s: int, now_s: int) -> Outages:
        return Outages.empty()

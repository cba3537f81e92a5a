"""Weather, measured or forecast."""

from __future__ import annotations

from typing import Protocol

from doorward.tables.weather import WeatherHours


class Weather(Protocol):
    """A weather service for the network's regions."""

    def day(self, day: int, now_s: int = -1) -> WeatherHours:
        """All 24 hours of a local day for every region: row = region * 24 + hour.

        A forecast; hours that have begun by `now_s` (-1: none) as they are measured.
        """
        ...

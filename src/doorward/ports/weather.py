"""Weather, measured or forecast."""

from __future__ import annotations

from typing import Protocol

from doorward.tables.weather import WeatherHours


class Weather(Protocol):
    """A weather service for the network's regions."""

    def day(self, day: int) -> WeatherHours:
        """All 24 hours of a local day for every region: row = region * 24 + hour."""
        ...

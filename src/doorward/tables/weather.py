"""Weather by hour and region."""

from __future__ import annotations

from doorward.core.table import I2, I4, Table


class WeatherHours(Table):
    """Weather, one row a region and hour of the day asked for: row = region * 24 + hour.

    rain_um (n,) micrometres of rain in the hour; wind_mms (n,) mean wind, mm/s; gust_mms (n,)
    temp_dc (n,) tenths of a degree Celsius; slow_pm (n,) driving takes this much longer, per mille of the dry time
    sunrise_s, sunset_s (n,) second of the local day
    """

    rain_um: I4
    wind_mms: I4
    gust_mms: I4
    temp_dc: I2
    slow_pm: I2
    sunrise_s: I4
    sunset_s: I4

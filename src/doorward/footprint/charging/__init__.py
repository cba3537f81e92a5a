"""Charging: which van takes how much in which quarter of an hour, within chargers and the site's power."""

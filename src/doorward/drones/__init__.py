"""Drones: sorties within payload, range, wind, rain, daylight and no-fly circles; what cannot fly is let go early."""

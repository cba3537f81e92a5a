"""Footprint: energy and CO2e of every leg, split to packages so that the parts add up to the whole."""

"""Demand forecast: a pool of fast methods, chosen by how they did on past origins, with quantiles."""

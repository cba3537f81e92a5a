"""Tracking: scans, arrival intervals, and exceptions before they happen."""

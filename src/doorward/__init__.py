"""Doorward: an open delivery network, from the order button to the doorstep.

What happened is appended to a journal in turns; what is true now is folded from it into tables of numpy
columns; what to do next is decided by planners, pure functions from tables to a plan. The map of the house is
in ARCHITECTURE.md.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"

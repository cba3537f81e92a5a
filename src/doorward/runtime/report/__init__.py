"""The report: one HTML file that opens from disk, drawn from the tables of a run."""

from doorward.runtime.report.page import write_report

__all__ = ["write_report"]

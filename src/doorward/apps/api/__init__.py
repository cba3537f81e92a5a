"""The API: parse, check rights, ask the writer or read a replica, render. Nothing is decided here."""

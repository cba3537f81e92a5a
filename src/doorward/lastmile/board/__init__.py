"""The dispatcher's board: edits of runs with their consequences, locks, proposals to accept or discard, undo."""

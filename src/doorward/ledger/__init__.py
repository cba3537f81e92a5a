"""Floor 2: turns appended to a journal, tables folded from it. The only SQL in the house."""

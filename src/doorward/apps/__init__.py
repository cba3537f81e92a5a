"""Floor 6: the doors people use. They parse, call and render; they decide nothing."""

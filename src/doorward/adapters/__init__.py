"""Floor 4: wire formats and engines outside, turned into tables and back."""

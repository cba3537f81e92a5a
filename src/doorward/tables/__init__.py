"""Floor 1: the nouns all rooms share, one file per noun, and the journey of a package."""

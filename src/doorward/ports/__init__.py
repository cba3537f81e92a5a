"""Floor 1: what doorward asks of the world outside: protocols and the tables they speak."""

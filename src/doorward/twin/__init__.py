"""Floor 4: the simulated world behind the same ports as the real one. Stateless: pure draws by seed."""

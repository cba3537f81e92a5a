"""The network as a running service: one writer, and processes that answer from replicas of its tables."""

"""Who may do what: organisations, users, keys, sessions and tracking links."""

"""Hard limits: which ways are open to a package, and why not."""

"""Every way on one scale: money, lateness, carbon."""

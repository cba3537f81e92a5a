"""Signing in without a password of ours: passkeys, OpenID providers, and what waits for a browser's answer."""

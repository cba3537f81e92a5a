"""Webhooks out: what a turn says, to whom, and its delivery (Standard Webhooks)."""

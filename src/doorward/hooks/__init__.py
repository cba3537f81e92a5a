"""Webhook endpoints: who wants to be told what, and where."""

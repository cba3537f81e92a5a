"""The customer's tracking page: one link, no sign-in, no script needed."""

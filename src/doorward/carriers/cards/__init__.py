"""Rate cards: what a partner charges, to the cent."""

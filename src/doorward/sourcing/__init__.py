"""Which fulfillment center ships which line."""

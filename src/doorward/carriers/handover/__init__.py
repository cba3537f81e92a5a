"""Pick-up at the buildings and tracking at the partners."""

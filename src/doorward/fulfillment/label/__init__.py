"""SSCC-18 serials and the 4x6 inch ZPL label."""

"""Sidewalk robots: small loads over short pavements, met at the door or brought back."""

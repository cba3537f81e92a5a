"""Routes of any number of stops, from their places alone: no table of distances, memory in proportion to the stops."""

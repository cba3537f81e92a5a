"""An offline vector map made from OpenStreetMap: read, cut into tiles, served, styled; and a plain one without it."""

"""What a broken vehicle carries: brought by others on the road or in the yard, or towed home, whichever costs least."""

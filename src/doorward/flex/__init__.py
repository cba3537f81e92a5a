"""The gig marketplace: blocks for what vans cannot carry, one posted price for all, standing, pay to the cent."""

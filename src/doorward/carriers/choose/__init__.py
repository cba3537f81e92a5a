"""The cheapest set of choices within all capacities."""

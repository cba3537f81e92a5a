"""When can it be at the door, what will it cost, may we say so."""

"""What people look at: pure functions from the tables to shapes that screens, pages and the API render."""

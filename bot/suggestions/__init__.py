"""What patrons suggest, what becomes of it, and how other systems hear of it."""

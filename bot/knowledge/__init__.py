"""What the library knows: hours, events, places."""

"""Foyer, the assistant that greets a library's patrons."""

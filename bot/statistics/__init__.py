"""The figures that a director reads, each with its definition."""

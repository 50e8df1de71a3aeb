"""What the assistant learns from staff: labels, lessons, gaps, and their way into files and model."""

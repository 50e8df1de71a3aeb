"""Rasa's components, its one channel and its tracker store."""

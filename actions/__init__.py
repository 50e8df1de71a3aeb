"""Rasa's custom actions, one module per topic: slots in, one call, a response out."""

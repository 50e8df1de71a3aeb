"""The conversations: log, turns, retention. Knows neither Rasa nor HTTP."""

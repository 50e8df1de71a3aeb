"""The gateway: everything that speaks HTTP."""

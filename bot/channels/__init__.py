"""The messaging channels: what comes in from them, what goes out to them, and in which form. Knows no HTTP."""

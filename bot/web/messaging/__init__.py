"""The messaging platforms over HTTP: what they bring, proved to be theirs, and what goes out to them."""

"""The library's files as staff edit them at the desk, each edit kept so that it can be undone."""

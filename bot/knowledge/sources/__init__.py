"""Where the facts come from: the library's own files, LibCal, web pages, calendars."""

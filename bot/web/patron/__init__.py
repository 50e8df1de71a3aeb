"""What patrons reach: the API, the widget's files and the pages."""

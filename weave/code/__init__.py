"""Code as pages need it: its lines as HTML, marks in them, and the names they define."""

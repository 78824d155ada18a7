"""What makes a site of pages: their kinds, their keys, and the folder they stand in."""

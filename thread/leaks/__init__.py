"""What would leak, shown beforehand; what has leaked, taken out of everything that is stored."""

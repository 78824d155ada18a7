"""What must not be stored, found in text: secrets, homes, names, and what rules leave out."""

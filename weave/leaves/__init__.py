"""The documents of a book, and what is remembered of each."""

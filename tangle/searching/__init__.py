"""Full text over threads: words, passages, the book of words, and answers out of it."""

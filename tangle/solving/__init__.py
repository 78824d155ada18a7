"""What solving a commit takes: which edits, in which order, at which place, from whom."""

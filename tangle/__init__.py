"""From thread to lines: solve, apply, line maps, blame, and the check of all of it."""

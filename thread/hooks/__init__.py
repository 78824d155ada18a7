"""Hooks in a repository: planned, put there, tried out, looked after, taken away."""

"""Questions about lines: why one is there, what became of it, who changed whom."""

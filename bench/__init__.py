"""What treadle costs and what it explains, on real repositories."""

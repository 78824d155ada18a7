"""What blame is made of: git's rows, the line maps' share of them, what squashes leave in doubt."""

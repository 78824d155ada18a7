"""The normal form of the Entire CLI."""

"""The checkpoints of the Entire CLI, read out of a repository's refs."""

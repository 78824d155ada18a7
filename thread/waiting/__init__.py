"""What waits beside the repository: for the worker, for a commit, for somebody to be told."""

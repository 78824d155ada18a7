"""What was learnt of documents once, and is kept beside the repository."""

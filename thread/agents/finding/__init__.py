"""Finding transcripts: where agents keep them, and which belong to a repository."""

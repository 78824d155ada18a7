"""Git below the repository: processes, objects, and what its plumbing prints, as values."""

"""Git as a repository has it: configuration, differences, remotes, and notes refs."""

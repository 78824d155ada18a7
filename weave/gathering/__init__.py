"""Gathering a book out of a repository, or a portion of one."""

"""What a person and a repository want captured, kept and shared."""

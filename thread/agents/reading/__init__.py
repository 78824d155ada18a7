"""What is on disk, read with care: lines, fields, databases, and copies put together."""

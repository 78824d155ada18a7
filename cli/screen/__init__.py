"""What a command prints on, and how: cells, sections, colours, a pager, progress."""

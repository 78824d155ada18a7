"""The grammar of a document: its blocks, front matter, parts, placement and hunks."""

"""From lines to readers: the static site."""

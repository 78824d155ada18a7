"""The views of all kinds of page, and of what stands on them."""

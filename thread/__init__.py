"""Capture and keep: from an agent's transcript to a document in git notes."""

"""Lines and texts alone: aligned, recognised, searched for a place, substituted."""

"""Shell commands read on paper: taken apart, followed, never run."""

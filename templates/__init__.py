"""Templates, style sheet and script of the site; a package so that they are installed."""

"""How well it all goes: what waits, what fails, what a foreign transcript would claim."""

"""Documents between people: taken in, made one, sent, and washed of a leak."""

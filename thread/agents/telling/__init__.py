"""One telling for all agents whose transcripts are lines: records in, events out."""

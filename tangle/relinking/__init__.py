"""What relinking weighs: candidates, claims, and which of them may be tied."""

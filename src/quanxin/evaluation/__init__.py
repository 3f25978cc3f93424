"""Evaluation: runs of models over the archive, scores that anyone can retrace, what would change them."""

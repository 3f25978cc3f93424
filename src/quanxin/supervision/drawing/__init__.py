"""Draws of objects and inspectors, from the frozen frame to the published result."""

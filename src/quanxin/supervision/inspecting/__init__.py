"""Inspections on the spot and from afar: their form, their result, what follows."""

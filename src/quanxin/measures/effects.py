"""The effects of measures (being written)."""

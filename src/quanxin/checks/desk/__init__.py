"""The desk's pages of checks."""

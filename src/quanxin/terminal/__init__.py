"""How commands are gated and speak; the commands are the slices'."""

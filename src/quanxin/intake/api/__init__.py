"""What machines hand in, ask of it, and are told."""

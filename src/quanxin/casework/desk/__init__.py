"""The pages of the desk that are of this room."""

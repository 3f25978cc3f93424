"""Credit reports: what is said about a subject at a moment, set on a sheet, issued once and kept as it was."""

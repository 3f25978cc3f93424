"""What may be inspected, by whom, how often: the published list, inspectors, objects, caps and yearly plans."""

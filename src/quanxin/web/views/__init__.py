"""The portal's pages: a function each, which reads for the viewer PUBLIC and hands the result to one template."""

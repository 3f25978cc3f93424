"""The desk's pages of measures: what may be applied, by whom, what is applied, and how that goes."""

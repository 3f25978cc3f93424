"""Classes of organisations in the fields of supervision: reckoned by rule, dated, explained, contested."""

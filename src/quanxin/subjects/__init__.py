"""The register of credit subjects (信用主体): who they are, over time, and who judged that two are one."""

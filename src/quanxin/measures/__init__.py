"""What follows from records by law: lists, incentives and restraints, who applies them, and what ends them.

Invariant: a measure is applied only where a rule in force, a type of subject and a live ground meet; it ends, in the very
transaction, with the ground; what was lifted comes back on a new ground alone. Nothing here counts, scores or ranks.
"""

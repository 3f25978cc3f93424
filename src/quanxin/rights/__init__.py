"""What subjects may ask for: consent, objection, repair, and who read about them.

Invariant: nobody decides about a record but the provider that handed it in or whom the law names; each case says what
comes next and by when; what a decision ends, it ends everywhere in its own transaction.
"""

"""The public lists: who is listed as honest or as dishonest, by which decision, until when.

Invariant: a list shows what the accessor shows to everybody, of organisations and sole traders, while the listing lasts; of a
list that is not public, or is of natural persons alone, nothing is said.
"""

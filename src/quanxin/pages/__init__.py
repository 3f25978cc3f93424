"""What pages of every face are made of: forms by one field template, and the papers that come with them.

Invariant: nothing here knows a case, a record or a role; it is given words and values and shows them.
"""

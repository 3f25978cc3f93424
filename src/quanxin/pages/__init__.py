"""What pages of every face are made of: who of the staff may open one, forms by one field template, the papers that come
with them.

Invariant: nothing here knows a case or a record; it is given words and values and shows them.
"""

"""Looking into a file without trusting it. Runs in a process of its own with little memory and time (``child``).

Invariant: nothing here knows Django, the database or the network, or writes anything; a file is either found to be of
one kind, whole and inert, or ``Refusal`` says why it is not.
"""

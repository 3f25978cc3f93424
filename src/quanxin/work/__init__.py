"""Work that is too long for one request: begun by an act, carried out by a job, watched on a page.

Invariant: a work ends exactly once for each time that it was asked for: done, refused in words, or cancelled. Whatever dies
meanwhile, it is taken over; whoever else is called to it finds it claimed or over.

A slice has a table of its works (``models.Work``), says how one is carried out (``kinds.Kind``) and declares the kind in its
``slice.py``; the job, taking over, cancelling, trying again, the end of keeping and the page are here.
"""

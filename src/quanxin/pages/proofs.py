"""Receipts of the public log, offered where what they prove is shown.

Invariant: a page says whether there is one, or that it is there in a second; what is not there yet is no error, whoever asks
for it is led back to the page that says so.
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from quanxin.ledger.log_reading import Offer
from quanxin.proofs.receipts import Row


def answered(offer: Offer, name: str, page: str, row: Row | None = None) -> HttpResponseBase:
    """The receipt as a file to keep; without one, back to the ``page``."""
    made = offer.file(row)
    return as_file(made, name) if made is not None else redirect(page)


def as_file(made: bytes, name: str) -> HttpResponse:
    """A receipt as a file of a name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"', "Cache-Control": "private, no-store"}
    return HttpResponse(made, content_type="application/json", headers=headers)

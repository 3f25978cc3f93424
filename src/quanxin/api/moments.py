"""Moments in the interface's answers.

Invariant: a moment is ISO 8601 with its offset in digits, as in the log and in every text that the platform makes itself.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder


class Encoder(NinjaJSONEncoder):
    """JSON whose moments have no other form than ``isoformat``'s."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, dt.datetime) else super().default(o)


class Answers(JSONRenderer):
    """The interface's answers, so encoded."""

    encoder_class = Encoder

"""Options that commands of many rooms share."""

from __future__ import annotations

from typing import Annotated

import typer

Reason = Annotated[str, typer.Option(help="理由（必填） / the reason")]

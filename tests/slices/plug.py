"""A plugin of pytest, and a program, in whose process the slice of the tests is plugged in."""

from __future__ import annotations

import json
import os

from quanxin.runtime import slices

slices.PACKAGES += ("tests.slices.notes",)

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "quanxin.settings"
    import django

    django.setup()
    from tests.slices.inventory import inventory

    print(json.dumps(inventory()))

"""The web server's way in: ``quanxin.web.wsgi:application``.

Invariant: it sets Django up and reads the pack, so that no request waits for that, and nothing more; the database is
started and brought up to date by ``quanxin serve`` before any worker imports this, so that workers never race to do it.
"""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from quanxin.runtime import environment, private

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanxin.settings")

private.begin(environment.data_dir())
application = get_wsgi_application()

from quanxin.runtime.pack import current_pack  # noqa: E402  (it needs the settings)

current_pack()  # else the first requests, one on each thread, would all read it at once

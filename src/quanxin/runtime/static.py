"""The site's static files, fingerprinted and compressed, collected under the data directory.

Invariant: what is served is what the package holds now: the files are collected again when any of them changed, and
not otherwise, so that a second start is quick.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def collect() -> bool:
    """Collect the static files if they changed since last time; True if they did. Django must be set up.

    Does nothing where ``QUANXIN_STATIC`` is ``plain``: then the sources are served as they are.
    """
    from django.conf import settings
    from django.core.management import call_command

    if settings.STATIC_PLAIN:
        return False
    target = Path(settings.STATIC_ROOT)
    stamp, digest = target / ".collected", _digest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return False
    target.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    stamp.write_text(digest, encoding="ascii")
    return True


def _digest() -> str:
    """A digest over the name, size and time of every static file of every application."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()

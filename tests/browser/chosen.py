"""Everybody has chosen a password of their own (``python -m``): the same one that they were given, so that tests know it.

How one is led to choose another is seen in ``test_account``.
"""

from __future__ import annotations


def everybody_has_chosen() -> None:
    """Take the mark of a one-time password from every account."""
    from quanxin.accounts.models import User

    User.objects.update(one_time=False)


if __name__ == "__main__":
    from quanxin.runtime import boot

    boot.setup()
    everybody_has_chosen()

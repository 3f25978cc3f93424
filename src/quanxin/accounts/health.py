"""Whether what is sealed can be opened, for ``quanxin doctor``.

Invariant: looking changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from quanxin.accounts import keyring
from quanxin.runtime.finding import Finding, ok, problem


def keys() -> Iterator[Finding]:
    """Whether the ring holds every key under which something is sealed."""
    lost = keyring.missing()
    if lost:
        yield problem(
            "keys",
            (
                f"密钥环缺少密钥，打不开 {'、'.join(sorted(lost))}",
                f"The ring lacks keys that seal {', '.join(sorted(lost))}",
            ),
            ("请放回该数据库所用的密钥环", "Put back the ring that this database was used with"),
        )
    else:
        yield ok("keys", "密钥环可打开全部加密内容", "The ring opens whatever is sealed")

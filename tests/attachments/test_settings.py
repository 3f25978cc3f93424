"""Settings of attachments say what they mean or are refused in words."""

from __future__ import annotations

import pytest

from quanxin.runtime import environment
from quanxin.runtime.environment import BadSetting


@pytest.mark.parametrize(
    ("given", "limits"),
    [("", {"": 10}), ("2", {"": 2}), ("10, court-ruling=20", {"": 10, "court-ruling": 20}), ("a=1,5", {"a": 1, "": 5})],
)
def test_sizes_may_differ_by_kind(given: str, limits: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_ATTACHMENT_MB", given)
    assert environment.megabytes("QUANXIN_ATTACHMENT_MB") == limits


@pytest.mark.parametrize("given", ["0", "101", "-1", "ten", "a=1", "1,2", "1,=2", "1,a=", "1,a=x", "1,a=1,a=2", "1,,"])
def test_other_sizes_are_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_ATTACHMENT_MB", given)
    with pytest.raises(BadSetting, match="court-ruling=20"):
        environment.megabytes("QUANXIN_ATTACHMENT_MB")


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", None),
        ("clamd:/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("clamd:10.0.0.2:3310", ("10.0.0.2", 3310)),
        ("clamd:scanner.local:3310", ("scanner.local", 3310)),
        ("clamd:[::1]:3310", ("::1", 3310)),
    ],
)
def test_where_the_scanner_listens(given: str, address: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_ANTIVIRUS", given)
    assert environment.antivirus() == address


@pytest.mark.parametrize(
    "given", ["clamd", "clamd:", "clamd:host", "clamd:host:0", "clamd:host:99999", "/run/clamd", "icap:a:1"]
)
def test_other_scanners_are_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_ANTIVIRUS", given)
    with pytest.raises(BadSetting, match="clamd:host:port"):
        environment.antivirus()

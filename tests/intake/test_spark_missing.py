"""A machine without what Spark needs is told so, before anything is read or changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import operator
from quanxin.archive.models import Event
from quanxin.engine.spark_session import missing
from quanxin.intake import at_scale
from quanxin.intake.errors import IntakeError
from tests.city import penalty, write


@pytest.mark.django_db
def test_without_a_java_nothing_begins_and_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "administrative-penalty", [penalty(0)])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(IntakeError) as refused:
        at_scale.intake(str(path), resource="administrative-penalty", provider="market-regulation", actor=operator())
    assert refused.value.code == "spark-missing"
    assert missing() in refused.value.zh
    assert "quanxin[spark]" in refused.value.hint
    assert "Java" in refused.value.hint
    assert not Event.objects.exists()

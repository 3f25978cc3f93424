"""What must hold whatever was killed: a batch is there whole or not at all."""

from __future__ import annotations

from quanxin.archive import lake
from quanxin.archive.models import Batch, Record
from quanxin.intake.models import Held


def assert_batches_are_whole(resource: str) -> None:
    """Every batch that is there is there whole: its records, its held rows, its file in the lake."""
    for batch in Batch.objects.filter(resource=resource):
        assert Record.objects.filter(batch_id=batch.pk).count() == batch.accepted + batch.updated
        assert Held.objects.filter(batch_id=batch.pk).count() == batch.quarantined + batch.unlinked
        assert sum(entry["rows"] for entry in batch.manifest) == batch.accepted + batch.updated
        for entry in batch.manifest:
            assert (lake.root() / entry["path"]).stat().st_size == entry["bytes"]

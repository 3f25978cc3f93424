"""Where the desk's pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.intake.desk import batches, conflicts, entry, handovers, quality, records, unlinked, uploads

PAGES: list[URLPattern] = [
    path("upload", uploads.upload, name="upload"),
    path("forms", entry.forms, name="forms"),
    path("forms/<str:resource>.xlsx", entry.template, name="template"),
    path("forms/<str:resource>.json", entry.schema, name="schema"),
    path("entry/<str:provider>/<str:resource>", entry.entry, name="entry"),
    path("submissions/<str:number>", uploads.submission, name="submission"),
    path("batches", batches.batches, name="batches"),
    path("batches/<str:number>", batches.batch, name="batch"),
    path("batches/<str:number>/proof.json", batches.proof, name="batch-proof"),
    path("batches/<str:number>/held.xlsx", batches.annotated, name="annotated"),
    path("batches/<str:number>/rows/<int:row_no>", batches.row, name="row"),
    path("batches/<str:number>/replay", batches.replay_all, name="replay"),
    path("batches/<str:number>/take-back", batches.take_back, name="take-back"),
    path("records", records.records, name="records"),
    path("records/<int:subject>/<int:number>", records.record, name="record"),
    path("unlinked", unlinked.unlinked, name="unlinked"),
    path("unlinked/<int:number>", unlinked.entry, name="unlinked-entry"),
    path("decisions", unlinked.decisions, name="decisions"),
    path("decisions/<int:number>/undo", unlinked.undo, name="undo-decision"),
    path("conflicts", conflicts.conflicts, name="conflicts"),
    path("conflicts/<int:number>", conflicts.conflict, name="conflict"),
    path("handovers", handovers.handovers, name="handovers"),
    path("handovers/<int:number>", handovers.decide, name="handover"),
    path("quality", quality.quality, name="quality"),
]

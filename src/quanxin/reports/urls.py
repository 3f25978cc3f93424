"""Where the pages of this room are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.reports import desk_pages, my_pages

MY: list[URLPattern] = [
    path("reports", my_pages.reports, name="reports"),
    path("reports/<str:number>.<str:kind>", my_pages.report_file, name="report-file"),
]
DESK: list[URLPattern] = [
    path("report-batches", desk_pages.batches, name="report-batches"),
    path("report-batches/<int:number>", desk_pages.batch, name="report-batch"),
    path("report-batches/<int:number>/file.zip", desk_pages.batch_file, name="report-batch-file"),
]

"""Addresses of an organisation's own pages, all under ``/my/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from quanxin.my import pages

app_name = "my"

urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("score", pages.score, name="score"),
]

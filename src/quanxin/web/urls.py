"""Addresses of the platform.

Invariant: the addresses of design §7 stay as they are; others are added beside them. The portal's pages are open to
anyone; the interface lets machines in by their tokens.
"""

from __future__ import annotations

from django.urls import URLPattern, include, path
from oauth2_provider.views import TokenView

from quanxin.accounts import language
from quanxin.api.interface import interface
from quanxin.runtime import slices
from quanxin.web import health
from quanxin.web.views import draws, interface_page, lists, open_data, pages, search, site, subject, system, telling

portal: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("search", search.search, name="search"),
    path("search/suggestions", search.suggestions, name="suggestions"),
    path("subject/<str:code>", subject.subject, name="subject"),
    path("licences", lists.licences, name="licences"),
    path("penalties", lists.penalties, name="penalties"),
    path("catalogue", pages.catalogue, name="catalogue"),
    path("catalogue/<slug:key>", pages.resource, name="resource"),
    path("open-data", open_data.page, name="open-data"),
    path("open-data/catalog.jsonld", open_data.catalogue, name="open-data-catalogue"),
    path("open-data/<str:day>/<str:name>", open_data.file, name="open-data-file"),
    path("draws/verify", draws.verify, name="draw-verify"),
    path("about", pages.about, name="about"),
    path("language", language.choose, name="language"),
    path("interface", interface_page.page, name="interface"),
    path("healthz", health.health, name="health"),
    path("metrics", health.metrics, name="metrics"),
    path("csp-report", telling.csp_report, name="csp-report"),
    path(".well-known/security.txt", telling.security_txt, name="security-txt"),
    path("robots.txt", system.robots, name="robots"),
    path("manifest.webmanifest", system.manifest, name="manifest"),
    path("site.css", site.colours, name="site-colours"),
    path("mark.svg", site.mark, name="site-mark"),
    path("favicon.ico", system.favicon, name="favicon"),
    *slices.pages(slices.Face.PORTAL),
]

urlpatterns = [
    path("", include((portal, "portal"))),
    path("desk/", include("quanxin.desk.urls")),
    path("my/", include("quanxin.my.urls")),
    path("account/", include("quanxin.accounts.urls")),
    path("api/v1/token", TokenView.as_view(), name="token"),
    path("api/v1/", interface.urls),
]

handler400 = "quanxin.web.views.system.bad_request"
handler404 = "quanxin.web.views.system.not_found"
handler500 = "quanxin.web.views.system.server_error"

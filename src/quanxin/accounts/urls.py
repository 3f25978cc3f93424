"""Addresses of signing in and of one's own account, all under ``/account/``.

Invariant: of the sign-in library only what is named here can be reached; there is none to register, none to reset a
password by mail.
"""

from __future__ import annotations

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path

from quanxin.accounts import pages, sign_on

own: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("sessions/end", pages.end_session, name="end-session"),
]

# The library asks for these by its own names.
library: list[URLPattern] = [
    path("sign-in", pages.sign_in, name="account_login"),
    path("sign-in/code", factor.authenticate, name="mfa_authenticate"),
    path("sign-in/key", keys.login_webauthn, name="mfa_login_webauthn"),
    path("again", login_required(reauthenticate), name="account_reauthenticate"),
    path("again/code", factor.reauthenticate, name="mfa_reauthenticate"),
    path("again/key", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("password", pages.new_password, name="account_change_password"),
    path("factors", pages.home, name="mfa_index"),
    path("totp", login_required(totp.activate_totp), name="mfa_activate_totp"),
    path("totp/off", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("codes", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("codes/new", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("keys", pages.home, name="mfa_list_webauthn"),
    path("keys/add", login_required(keys.add_webauthn), name="mfa_add_webauthn"),
    path("keys/<int:pk>/name", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("keys/<int:pk>/remove", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("sign-on/cancelled", sign_on.cancelled, name="socialaccount_login_cancelled"),
    path("sign-on/<slug:provider_id>", sign_on.begin, name="openid_connect_login"),
    path("sign-on/<slug:provider_id>/back", sign_on.callback, name="openid_connect_callback"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((own, "accounts"))), *library]

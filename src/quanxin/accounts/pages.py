"""The pages of one's own account: how one signs in, from where one did, where one is signed in.

Invariant: everybody sees and changes their own account alone, whatever roles they hold; keys of sessions are shown to
nobody, not even their owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from quanxin.accounts import factors, sessions
from quanxin.accounts.actors import Role
from quanxin.accounts.adapters import landing, tell, told
from quanxin.accounts.binding import standing
from quanxin.accounts.models import Session, SignIn, User
from quanxin.accounts.people import actor_of
from quanxin.runtime.pack import current_pack

SIGN_INS = 30  # shown, newest first
ROLES = {
    Role.INTAKE: _("报送"), Role.DECIDER: _("异议和修复的决定"), Role.WINDOW: _("窗口"), Role.REVIEWER: _("复核"),
    Role.STEWARD: _("主体关联"), Role.CENTRE: _("信用中心"), Role.MODELLER: _("评价建模"), Role.APPROVER: _("审批"),
    Role.SUPERVISOR: _("监管"), Role.INSPECTOR: _("检查人员"), Role.BANK: _("金融机构"), Role.PERSONNEL: _("人事部门"),
    Role.AUDITOR: _("审计"), Role.ADMINISTRATOR: _("账号管理"),
}  # fmt: skip


class SignInView(LoginView):  # type: ignore[misc]
    """The page to sign in, for the desk and for one's own pages alike."""

    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, the sign-ons, and what there is to say."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "sign_ons": settings.SIGN_ONS,
            "told": told(self.request),
            "for_desk": (self.get_next_url() or "/desk/").startswith("/desk/"),
        }


sign_in = SignInView.as_view()


class NewPassword(PasswordChangeView):  # type: ignore[misc]
    """A new password for an account that has one; who comes by a sign-on alone has none."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, for those who have a password."""
        if not request.user.has_usable_password():  # type: ignore[union-attr]
            raise Http404
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and whether nothing else opens before it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"one_time": sessions.ONE_TIME in self.request.session}


new_password = never_cache(login_required(NewPassword.as_view()))


@never_cache
@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One's account: factors, sessions, sign-ins."""
    user: User = request.user  # type: ignore[assignment]
    held = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = next((one.wrap() for one in held if one.type == Authenticator.Type.RECOVERY_CODES), None)
    current = sessions.stored(request.session.session_key)
    return render(
        request,
        "account/home.html",
        {
            "account": user,
            "standing": standing(user),
            "landing": landing(user),
            "told": told(request),
            "memberships": list(_memberships(user)),
            "totp": next((one for one in held if one.type == Authenticator.Type.TOTP), None),
            "keys": [one for one in held if one.type == Authenticator.Type.WEBAUTHN],
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "must_add": factors.must_add(user),
            "sessions": [(reference(one), one, one.session_key == current) for one in sessions.open_sessions(user)],
            "sign_ins": list(SignIn.objects.filter(username=user.username)[:SIGN_INS]),
        },
    )


def _memberships(user: User) -> Iterator[tuple[Any, Any, str, Any]]:
    """Each role in words, for whom, where, in which institution."""
    providers = current_pack().providers
    for one in user.memberships.select_related("organisation").order_by("role", "provider", "district"):
        named = providers.get(one.provider)
        yield ROLES[Role(one.role)], named and named.title, one.district, one.organisation


def reference(session: Session) -> str:
    """What the page calls a session by."""
    return salted_hmac("quanxin.accounts.session", session.session_key).hexdigest()[:24]


@never_cache
@login_required
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of one's own sessions, by its reference, or all others."""
    user: User = request.user  # type: ignore[assignment]
    current, wanted = sessions.stored(request.session.session_key), request.POST.get("session", "")
    if wanted == "others":
        sessions.end(actor_of(user), user, but=current, why="asked")
        tell(request, "sessions-ended")
    elif found := next(_called(user, wanted), None):
        sessions.end(actor_of(user), user, key=found.session_key, why="asked")
        if found.session_key == current:
            request.session.flush()
            return HttpResponseRedirect(reverse("account_login"))
        tell(request, "session-ended")
    return HttpResponseRedirect(reverse("accounts:home"))


def _called(user: User, wanted: str) -> Iterator[Session]:
    return (one for one in sessions.open_sessions(user) if constant_time_compare(reference(one), wanted))

"""What the platform decides in the sign-in library's place.

Invariant: nobody registers; a name that was tried too often is locked for passwords and codes alike; an unknown name, a
wrong password and a closed account get one answer; secrets of second factors are sealed; ``next`` stays on this site.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quanxin.accounts.agency import agencies_held
from quanxin.accounts.attempts import LOCKED, locked, note_sign_in, one_at_a_time
from quanxin.accounts.binding import standing
from quanxin.accounts.models import User
from quanxin.calendar import now
from quanxin.runtime.keys import sealer

EXPIRED = "password expired"  # how the try of a one-time password after its end is kept
TOLD = "told"  # in the session: which of ``SAYINGS`` the next page says
SAYINGS = {
    "account/messages/password_changed.txt": _("密码已修改，其他登录已全部退出。"),
    "mfa/messages/totp_activated.txt": _("动态口令已启用。"),
    "mfa/messages/totp_deactivated.txt": _("动态口令已停用。"),
    "mfa/messages/recovery_codes_generated.txt": _("已生成新的备用码，旧的全部作废。"),
    "mfa/messages/webauthn_added.txt": _("通行密钥已添加。"),
    "mfa/messages/webauthn_removed.txt": _("通行密钥已移除。"),
    "refused": _("验证未通过，请重试。"),
    "inactive": _("该账号已停用，请联系信用中心。"),
    "cancelled": _("已取消统一认证登录。"),
    "session-ended": _("已退出所选的登录。"),
    "sessions-ended": _("其他登录已全部退出。"),
}


def landing(user: User) -> str:
    """Where a signed-in person begins: the desk with a role, one's own pages for whom one stands, else the account."""
    if user.memberships.exists():
        return reverse("desk:home")
    if standing(user) or agencies_held(user):
        return reverse("my:home")
    return reverse("accounts:home")


def tell(request: HttpRequest, saying: str) -> None:
    """Let the next page say something."""
    request.session[TOLD] = saying


def told(request: HttpRequest) -> str:
    """What there is to say, once."""
    said = request.session.pop(TOLD, "") if TOLD in request.session else ""
    return str(SAYINGS.get(said, ""))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords, the lock, where one goes."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("用户名或密码不正确。"),
        "too_many_login_attempts": _("连续多次登录失败，请 15 分钟后再试。"),
        "incorrect_password": _("密码不正确。"),
        "enter_current_password": _("密码不正确。"),
        "incorrect_code": _("验证码不正确或已用过。"),
        "same_password": _("新密码不能与现在的密码相同。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by the administrator or by a sign-on."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: the lock is ours."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The account of a name and a password; one that is wrong, or was given for a while that is over, is noted.

        ``ValidationError`` while the name is locked.
        """
        username = str(credentials.get("username", ""))
        user: User | None = None
        with one_at_a_time(username):
            if not (full := locked(username)):
                user = super().authenticate(request, **credentials)
            late = user is not None and _is_over(user)
            if user is None or late:
                note_sign_in(username, False, request, LOCKED if full else EXPIRED if late else "password")
                user = None
        if full:
            raise self.validation_error("too_many_login_attempts")
        return user

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Someone who proved to be the owner of a closed account is told that it is closed."""
        note_sign_in(user.username, False, request, "closed")
        tell(request, "inactive")
        return HttpResponseRedirect(reverse("account_login"))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where one goes who asked for nothing in particular."""
        return landing(request.user)  # type: ignore[arg-type]

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The same, for somebody whose account a sign-on has just made."""
        return self.get_login_redirect_url(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account."""
        return reverse("accounts:home")

    def is_safe_url(self, url: str) -> bool:
        """Whether an address to go to is one of this site, and not less secure than the present one."""
        request = self.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Let the next page say what the library has to say, in our words."""
        said = message_template if message_template in SAYINGS else "refused" if kwargs.get("message") else ""
        if said:
            tell(request, said)


def _is_over(user: User) -> bool:
    """Whether the account's password is a one-time one whose while is over."""
    return user.one_time and user.one_time_until is not None and user.one_time_until <= now()


FACTOR = "factor"  # what the secrets of second factors are sealed as


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are sealed with the key of identity numbers, outside the database."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _("验证码不正确或已用过。")}

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return sealer().seal_text(text, FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """A stored secret."""
        return sealer().open_text(encrypted_text, FACTOR)

    def _get_site_name(self) -> str:
        return gettext("泉信")

    def _get_user_identifier(self, user: User) -> str:
        return user.username

    def generate_authenticator_name(self, user: User, type: str) -> str:
        """What a key is called that nobody named."""
        return gettext("通行密钥")

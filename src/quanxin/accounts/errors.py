"""The sentences of what an account, a role, a binding or a client is refused.

Invariant: a code is stable and has its sentence in Chinese and in English.
"""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording, Wordings

WORDINGS: Wordings = MappingProxyType(
    {
        "not-allowed": Wording(
            "没有办理此事的权限。", "The actor has no role that allows this.",
            "请由具有相应角色的人员办理。", "Someone with the role must do it.", status=403,
        ),
        "own-matter": Wording(
            "此事涉及您本人，或您代表、代办、任职的单位，您不能以工作人员身份办理或查看。",
            "This concerns yourself, or whom you stand for or work for: you cannot handle or read it as staff.",
            "请转交没有利害关系的同事办理；您自己的事项请从“我的信用”进入。",
            "A colleague must take it; go through your own pages.", status=403,
        ),
        "lookups-exceeded": Wording(
            "今日查无结果的查询次数已达上限，请明日再查，或联系信用中心。",
            "Too many look-ups found nothing today; try again tomorrow, or ask the credit centre.", status=429,
        ),
        "account-unknown": Wording("没有这个账号，请先开通。", "There is no such account; make it first."),
        "no-account": Wording(
            "没有这个账号，或该账号已停用。", "There is no such account, or it was closed.",
            "请用 quanxin account list 查看。", "See quanxin account list.", status=403,
        ),
        "machine-only": Wording(
            "此命令只供本机操作员运行，不能以账号的身份运行。",
            "This command is for the machine's operator alone, not for an account.",
            "请去掉 --as 和 QUANXIN_AS。", "Run it without --as and QUANXIN_AS.", status=403,
        ),
        "role-missing": Wording(
            "账号 {account} 没有办理此事的权限，需要的角色：{needed}。",
            "The account has none of the roles that this command asks for: {needed}.",
            "请由具有相应角色的人员办理。", "Someone with the role must do it.", status=403,
        ),
        "account-closed": Wording("该账号已停用。", "The account is closed."),
        "agent-unknown": Wording(
            "没有这个账号，请代理人先开通。", "There is no such account; the agent needs one first."
        ),
        "agent-code-unknown": Wording(
            "代办码不对，或已过期：请代理人在“我代办的主体”页面重新取一个。",
            "This is no agent code, or it has expired: ask the agent for a new one, from the page of whom they act for.",
        ),
        "agent-oneself": Wording("不能委托自己。", "Nobody is one's own agent."),
        "agency-unknown": Wording("没有这项委托。", "There is no such authorisation."),
        "agency-document": Wording("请写明书面授权的编号。", "The number of the paper authorisation is needed."),
        "agency-scope": Wording("请选择委托事项。", "Say what the agent may do."),
        "agency-until": Wording("请填写到期日，例如 2027-01-31。", "Say until which day, like 2027-01-31."),
        "agency-over": Wording("到期日已过，或早于起始日。", "The last day has passed, or is before the first."),
        "principal-unbound": Wording("委托人没有绑定单位或本人。", "The principal's account stands for nobody."),
        "binding-over": Wording("到期日已过。", "The last day has passed."),
        "binding-none": Wording("该账号没有绑定单位或本人。", "The account stands for nobody."),
        "identity-invalid": Wording(
            "身份证件号码不正确，请核对证件。", "This is no identity number; compare it with the document."
        ),
        "identity-minor": Wording("未满 {limit} 周岁，不能绑定。", "Under {limit} years of age: cannot be bound."),
        "grant-unknown": Wording("没有这项授予申请。", "No such grant was asked for."),
        "grant-decided": Wording("该申请已经决定。", "It has been decided already."),
        "division-unknown": Wording("没有行政区划 {division}。", "There is no division {division}."),
        "organisation-unknown": Wording("没有机构 {organisation}。", "There is no organisation {organisation}."),
        "organisation-missing": Wording(
            "没有机构 {organisation}，请先登记。", "There is no organisation {organisation}; add it first."
        ),
        "organisation-unfit": Wording(
            "{organisation} 不能有 {role} 角色。", "{organisation} is no institution for {role}."
        ),
        "organisation-other": Wording("该账号已属于另一机构。", "The account belongs to another organisation."),
        "organisation-differs": Wording(
            "代码或类别不同，是另一机构，请另用代号登记。",
            "With another code or kind it is another organisation; give it another key.",
        ),
        "client-unknown": Wording("没有这个客户端。", "There is no such client."),
        "client-ended": Wording("该客户端已停用。", "The client has ended."),
        "client-no-provider": Wording("该客户端不属于报送单位，不能办理办件。", "The client is no provider's: it has no cases."),
        "client-unfit": Wording(
            "请填写未用过的客户端名，以及报送单位或使用单位。",
            "Give a name that no client has, and a provider or a consumer.",
        ),
        "secret-unknown": Wording("没有这个密钥。", "There is no such secret."),
        "secrets-stand": Wording(
            "已有两个有效密钥，请先停用其中一个。", "Two secrets stand; end one of them first."
        ),
    }
)  # fmt: skip


class AccountError(Problem):
    """What was asked for an account cannot be done; nothing has changed."""

    wordings = WORDINGS


class NotAllowed(Problem):
    """The actor has no role that allows the act. ``tried`` says, for the log, who tried what."""

    wordings = WORDINGS
    refusal = "not-allowed"

    def __init__(self, tried: str = "", /, **particulars: object) -> None:
        super().__init__(self.refusal, **particulars)
        self.args = (tried or self.refusal,)

"""Who may open what: one table of every address and every command.

A new address or command that is not here fails ``test_matrix`` or ``test_commands``; so does one that opens to somebody
else than it says.
"""

from __future__ import annotations

from quanxin.accounts.actors import Role

OPEN = "everyone"  # signed in or not
SIGNING = "whoever signs in"  # steps of signing in: they lead on or back, and show nobody's data
SIGNED = "whoever is signed in"
OWN = "whoever stands for a subject"  # itself, or as an agent within the scope of the authorisation
ITSELF = "whoever stands for a subject itself"
PROVIDER = "a provider's machine"
DECIDING = "a provider's machine that two administrators let decide"
CONSUMER = "a consumer's machine"

Rule = str | frozenset[Role]


def roles(*held: Role) -> frozenset[Role]:
    return frozenset(held)


PORTAL = (
    "home", "search", "suggestions", "subject", "licences", "penalties", "catalogue", "resource", "open-data",
    "open-data-catalogue", "open-data-file", "about", "language", "health", "robots", "manifest", "favicon",
    "site-colours", "site-mark",
    "csp-report", "security-txt", "commitments", "commitment", "lists", "list",
    "draw-verify", "inspection-items", "inspection-plans", "inspection-plan", "inspection-draws", "inspection-draw",
    "inspection-draw-file", "inspection-results", "log-checkpoint", "log-keys", "log-tile",
    "verify", "verified", "verified-status", "verified-receipt", "document-keys",
    "log-witnessed", "log-cosign", "list-proof", "metrics", "interface",
)  # fmt: skip

ROUTES: dict[str, Rule] = (
    {f"portal:{name}": OPEN for name in PORTAL}
    | dict.fromkeys(
        (
            "account_login",
            "mfa_authenticate",
            "mfa_login_webauthn",
            "socialaccount_login_cancelled",
            "openid_connect_login",
            "openid_connect_callback",
            "desk:sign-in",
            "desk:sign-out",
        ),
        SIGNING,
    )
    | dict.fromkeys(
        (
            "accounts:home",
            "accounts:end-session",
            "account_reauthenticate",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "account_change_password",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_edit_webauthn",
            "mfa_remove_webauthn",
        ),
        SIGNED,
    )
    | dict.fromkeys(
        (
            "my:home",
            "my:score",
            "my:object-to-score",
            "my:records",
            "my:record",
            "my:repair",
            "my:objection",
            "my:cases",
            "my:case",
            "my:act",
            "my:begin",
            "my:begin-one",
            "my:begin-about",
            "my:decision",
            "my:case-proof",
            "my:consents",
            "my:give",
            "my:consent",
            "my:narrow",
            "my:revoke",
            "my:readings",
            "my:measures",
            "my:classes",
            "my:reports",
            "my:report-file",
            "my:notices",
            "my:read",
            "my:paper",
        ),
        OWN,
    )
    | dict.fromkeys(("my:agents", "my:end-agency", "my:export"), ITSELF)
    | dict.fromkeys(("my:commitments", "my:commitment", "my:commitment-sign"), ITSELF)
    | dict.fromkeys(("my:inspections", "my:inspection", "my:draws"), ITSELF)
    | dict.fromkeys(
        ("desk:field", "desk:field-worker", "desk:field-tasks", "desk:field-begin", "desk:field-send"),
        roles(Role.INSPECTOR),
    )
    | dict.fromkeys(
        ("desk:inspections", "desk:inspections-board", "desk:inspection"),
        roles(Role.DECIDER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR),
    )
    | dict.fromkeys(("desk:inspection-begin", "desk:plan-lines"), roles(Role.DECIDER))
    | dict.fromkeys(
        (
            "desk:inspectors",
            "desk:inspectors-file",
            "desk:inspector-add",
            "desk:inspector",
            "desk:inspector-change",
            "desk:inspector-leave",
        ),
        roles(Role.DECIDER, Role.SUPERVISOR),
    )
    | dict.fromkeys(("my:acting", "my:leave-counter"), SIGNING)  # choosing whom one acts for, among those one may
    | dict.fromkeys(("desk:home", "desk:notices", "desk:notice-read"), frozenset(Role))
    | dict.fromkeys(
        (
            "desk:cases",
            "desk:case",
            "desk:case-file",
            "desk:cases-views",
            "desk:decision",
            "desk:case-proof",
            "desk:attachment",
        ),
        roles(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR),
    )
    | {"desk:agenda": roles(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR)}
    | dict.fromkeys(("desk:begin", "desk:begin-one"), roles(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.CENTRE))
    | dict.fromkeys(
        ("desk:case-act", "desk:cases-claim"), roles(Role.WINDOW, Role.DECIDER, Role.REVIEWER, Role.SUPERVISOR)
    )
    | {"desk:draw-check": roles(Role.DECIDER)}
    | {"desk:statistics": roles(Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR)}
    | dict.fromkeys(
        ("desk:commitments", "desk:commitment-checks", "desk:commitment-statistics"),
        roles(Role.DECIDER, Role.REVIEWER, Role.CENTRE, Role.AUDITOR),
    )
    | dict.fromkeys(("desk:commitment-offers", "desk:commitment-offer"), roles(Role.DECIDER))
    | dict.fromkeys(("desk:measures", "desk:measures-due", "desk:measures-propose"), roles(Role.DECIDER))
    | dict.fromkeys(("desk:measures-applied", "desk:measures-board"), roles(Role.DECIDER, Role.CENTRE, Role.AUDITOR))
    | dict.fromkeys(("desk:classes", "desk:class-of"), roles(Role.DECIDER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR))
    | dict.fromkeys(("desk:window", "desk:cases-forward"), roles(Role.WINDOW))
    | {"desk:reading": roles(Role.BANK, Role.DECIDER, Role.INTAKE, Role.PERSONNEL, Role.SUPERVISOR)}
    | {"desk:consent": roles(Role.BANK)}
    | dict.fromkeys(("desk:audit", "desk:accesses", "desk:sign-ins"), roles(Role.AUDITOR))
    | dict.fromkeys(("desk:clients", "desk:sessions"), roles(Role.ADMINISTRATOR))
    | dict.fromkeys(
        (
            "desk:upload",
            "desk:forms",
            "desk:template",
            "desk:schema",
            "desk:entry",
            "desk:submission",
            "desk:batches",
            "desk:batch",
            "desk:batch-proof",
            "desk:annotated",
            "desk:row",
            "desk:replay",
            "desk:take-back",
            "desk:records",
            "desk:record",
        ),
        roles(Role.INTAKE),
    )
    | dict.fromkeys(
        ("desk:report-batches", "desk:report-batch", "desk:report-batch-file"), roles(Role.INTAKE, Role.DECIDER)
    )
    | dict.fromkeys(
        ("desk:checks", "desk:check", "desk:check-result", "desk:check-file"),
        roles(Role.INTAKE, Role.DECIDER, Role.PERSONNEL),
    )
    | dict.fromkeys(("desk:check-begin", "desk:check-list"), roles(Role.INTAKE, Role.DECIDER))
    | {"desk:check-statistics": roles(Role.INTAKE, Role.DECIDER, Role.CENTRE, Role.AUDITOR)}
    | {"desk:check-persons": roles(Role.PERSONNEL)}
    | dict.fromkeys(
        ("desk:unlinked", "desk:unlinked-entry", "desk:decisions", "desk:undo-decision"), roles(Role.STEWARD)
    )
    | {
        "desk:conflicts": roles(Role.STEWARD, Role.AUDITOR, Role.INTAKE, Role.DECIDER),
        "desk:conflict": roles(Role.STEWARD),
        "desk:handovers": roles(Role.STEWARD, Role.APPROVER, Role.AUDITOR),
        "desk:handover": roles(Role.APPROVER),
    }
    | {"desk:quality": roles(Role.CENTRE, Role.INTAKE)}
    | dict.fromkeys(
        ("desk:consumers", "desk:consumer-end", "desk:set-aside", "desk:scores", "desk:score", "desk:movers"),
        roles(Role.CENTRE),
    )
    | dict.fromkeys(
        ("desk:models", "desk:model", "desk:runs", "desk:edition", "desk:study", "desk:export"),
        roles(Role.MODELLER, Role.APPROVER),
    )
    | dict.fromkeys(("desk:propose", "desk:ask"), roles(Role.MODELLER))
    | {"token": SIGNING, "desk:feed": OPEN}  # whoever has the secret; what stands for none is not there
    | dict.fromkeys(("api:openapi-json", "api:api-root", "api:resources", "api:resource", "api:schema"), OPEN)
    | dict.fromkeys(
        (
            "api:hand_in_rows",
            "api:batches",
            "api:batch",
            "api:proof",
            "api:held",
            "api:replay_rows",
            "api:take_back",
            "api:withdraw",
            "api:submit",
            "api:submission",
        ),
        PROVIDER,
    )
    | dict.fromkeys(
        ("api:make_check", "api:hand_in_list", "api:watch_list", "api:get_check", "api:use_result", "api:link_result"),
        PROVIDER,
    )
    | {"api:consequences": PROVIDER}
    | {"portal:checked": OPEN}  # by its signed link: one result, for half an hour
    | dict.fromkeys(("api:cases", "api:case", "api:begin_case", "api:act_on_case"), DECIDING)
    | dict.fromkeys(
        ("api:cases", "api:case", "api:begin_case", "api:act_on_case", "api:commitment", "api:classes"), DECIDING
    )
    | dict.fromkeys(("api:changes", "api:snapshot", "api:acknowledge"), CONSUMER)
)

# Who may run a command as an account (``--as``). The person at the machine, who names none, may run every one.
ANYONE = "anyone"  # nothing of a subject is read but what the public reads, or what the accessor opens to the actor
MACHINE = "the machine's operator"  # no account at all

COMMANDS: dict[str, Rule] = (
    dict.fromkeys(
        (
            "pack check",
            "pack show",
            "pack coverage",
            "pack test",
            "pack new",
            "sample-code",
            "draw verify",
            "log key",
            "log follow",
            "log witness",
            "verify",
            "template",
            "doctor",
            "search",
            "archive",
            "audit verify",
            "audit key",
            "document certificate",
        ),
        ANYONE,
    )
    | dict.fromkeys(
        (
            "init",
            "demo",
            "serve",
            "worker",
            "stop",
            "backup",
            "restore",
            "keys list",
            "keys add",
            "keys rotate",
            "keys retire",
            "lake show",
            "lake compact",
            "open-data",
            "drop scan",
            "audit seal",
            "audit rotate-key",
            "document renew",
        ),
        MACHINE,
    )
    | {"document revoke": roles(Role.CENTRE), "document revoke-certificate": roles(Role.ADMINISTRATOR)}
    | dict.fromkeys(("intake", "batches", "receipt", "replay", "take-back", "sources", "pull"), roles(Role.INTAKE))
    | dict.fromkeys(("export", "quality"), roles(Role.CENTRE, Role.INTAKE))
    | dict.fromkeys(("check run", "check show"), roles(Role.INTAKE, Role.DECIDER))
    | {"report": roles(Role.WINDOW, Role.CENTRE, Role.INTAKE, Role.DECIDER)}
    | {"check frame": roles(Role.ADMINISTRATOR)}
    | {"consequences": roles(Role.CENTRE, Role.DECIDER, Role.INTAKE)}
    | {"classes": roles(Role.DECIDER, Role.SUPERVISOR, Role.CENTRE, Role.AUDITOR)}
    | dict.fromkeys(("cases", "case"), ROUTES["desk:cases"])
    | {"act": ROUTES["desk:case-act"], "begin": roles(Role.WINDOW, Role.DECIDER, Role.REVIEWER)}
    | dict.fromkeys(
        (
            "unlinked",
            "link",
            "create-subject",
            "reject",
            "undo-decision",
            "decisions",
            "linkage propose",
            "merge",
            "split",
            "undo",
        ),
        roles(Role.STEWARD),
    )
    | dict.fromkeys(("decide-conflict", "undo-conflict", "hand-over"), roles(Role.STEWARD))
    | {"conflicts": roles(Role.STEWARD, Role.AUDITOR, Role.INTAKE, Role.DECIDER)}
    | {"handovers": roles(Role.STEWARD, Role.APPROVER, Role.AUDITOR)}
    | dict.fromkeys(("approve-handover", "refuse-handover"), roles(Role.APPROVER))
    | {"subject": roles(Role.CENTRE, Role.STEWARD)}
    | dict.fromkeys(("log receipt", "log cosign"), roles(Role.CENTRE, Role.AUDITOR))
    | dict.fromkeys(("audit days", "audit export", "audit missed"), roles(Role.AUDITOR))
    | dict.fromkeys(
        (
            "explain",
            "whatif",
            "sample",
            "consumer add",
            "consumer grant",
            "consumer list",
            "consumer end",
            "webhook add",
            "webhook list",
            "webhook end",
            "webhook redeliver",
            "events list",
            "events retry",
        ),
        roles(Role.CENTRE),
    )
    | dict.fromkeys(
        (
            "people bind",
            "people unbind",
            "people bind-person",
            "people authorise",
            "people agents",
            "people end-agency",
        ),
        roles(Role.CENTRE, Role.WINDOW),
    )
    | {"model list": roles(Role.MODELLER, Role.APPROVER), "model approve": roles(Role.APPROVER)}
    | dict.fromkeys(("model propose", "evaluate"), roles(Role.MODELLER))
    | dict.fromkeys(
        (
            "account add",
            "account approve",
            "account grants",
            "account list",
            "account end",
            "account password",
            "account reset-factors",
            "organisation add",
            "client add",
            "client list",
            "client decide",
            "client secret",
            "client end-secret",
            "client end",
            "account sessions",
            "account end-sessions",
            "organisation end",
            "organisation list",
        ),
        roles(Role.ADMINISTRATOR),
    )
)

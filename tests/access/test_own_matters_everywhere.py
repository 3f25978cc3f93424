"""Every act of an actor asks whether it is the actor's own matter, or stands here with why nobody's can be.

Walks every transaction that is given an ``Actor``, and follows its calls through the package's own functions to the doors
of ``own_matters``.
"""

from __future__ import annotations

import ast

from tests.accounts.test_every_act_leaves_a_line import acts, called, functions

MODULES = ("quanxin.accounts.own_matters.", "quanxin.archive.own_matters.")

# Acts that concern no subject, or nobody who could stand for one.
WITHOUT = {
    "supervision.planning.library.enter": "about an inspector of one's own department",
    "supervision.planning.library.leave": "about an inspector of one's own department",
    "supervision.planning.inspector_file.take": "about inspectors of one's own department",
    "accounts.agent_codes.issue": "one's own code, which opens nothing until somebody else names its holder",
    "accounts.clients.add_client": "about a machine",
    "accounts.clients.end_client": "about a machine",
    "accounts.clients.end_secret": "about a machine",
    "accounts.clients.let_decide": "about a machine",
    "accounts.clients.new_secret": "about a machine",
    "accounts.keyring.add": "about a key",
    "accounts.keyring.retire": "about a key",
    "accounts.keyring.rotate_index": "about a key",
    "accounts.people.add_organisation": "registers an institution that people belong to; nobody reads or decides by it",
    "accounts.people.choose_language": "about the language of an account's own letters",
    "accounts.people.deactivate": "closes an account; it opens nothing to anybody",
    "accounts.people.end_organisation": "ends an institution's roles; it opens nothing to anybody",
    "accounts.people.end_sessions": "ends sessions; one's own too",
    "accounts.people.remove_membership": "takes a role back; one's own too",
    "accounts.sessions.end": "ends sessions; one's own too",
    "archive.followers.try_again": "what follows from an event that stands",
    "checks.links.allow": "about a machine's sites",
    "checks.links.disallow": "about a machine's sites",
    "checks.lists.hand_in": "keeps a list; whom it names is looked at when it is checked",
    "evaluation.editions.decide": "about a model, which is everybody's",
    "evaluation.editions.propose": "about a model, which is everybody's",
    "evaluation.runs._record": "a run is over everybody",
    "evaluation.studies.ask": "a study is over everybody, and shows sums",
    "intake.bulk_proposals.propose": "compares every row; what it proposes is read by ``unlinked_queue``, which asks",
    "intake.quality.sampling._keep": "a part of ``compare``, which asks",
    "intake.submissions.submit": "keeps a file; its rows are looked at when it is taken in",
    "sharing.subscriptions.add_consumer": "about a consumer of whole resources",
    "sharing.subscriptions.end": "about a consumer of whole resources",
    "sharing.subscriptions.grant": "about a consumer of whole resources",
    "sharing.webhooks.add": "about a consumer's address",
    "sharing.webhooks.end": "about a consumer's address",
    "sharing.webhooks.redeliver": "about a consumer's address",
    "work.acts.again": "carries out what was asked for; its own matters are looked at then",
    "work.engine.begin": "a part of the act that asks for it, which asks",
    "work.acts.cancel": "ends what was asked for; it opens nothing to anybody",
    "documents.ending.renew": "about a key",
    "documents.ending.revoke_certificate": "about a key",
    "documents.ending.revoked": "a part of acts, which ask",
    "documents.ending.undone": "a part of acts, which ask",
    "documents.ending.supersede": "a part of acts, which ask",
    "documents.issuing.issue": "a part of acts, which ask",
    "ledger.sealing._seal_next": "seals every line",
    "ledger.sealing.rotate": "about a key",
    "attachments.accept.accept": "an uploader's own paper, nobody else's until an act, which asks, ties it to a case",
    "attachments.accept.tie": "a part of acts, which ask",
    "attachments.download.download": "by the rules that it is given, which ask",
    "casework.counter.end": "ends what ``begin``, which asks, began",
    "casework.feeds.end": "about an account's own calendar",
    "casework.feeds.make": "about an account's own calendar",
    "casework.letters.want": "about an account's own letters",
    "casework.saved_views.drop": "about an account's own filters",
    "casework.saved_views.keep": "about an account's own filters",
}


def given_an_actor(name: str) -> bool:
    node, _module = functions()[name]
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return any(one.annotation is not None and ast.unparse(one.annotation) == "Actor" for one in given)


def asks(name: str, seen: set[str]) -> bool:
    """Whether a function reaches a door of ``own_matters`` by the package's own functions."""
    if name in seen or name not in functions():
        return False
    seen.add(name)
    node, module = functions()[name]
    reached = list(called(node, module))
    return any(one.startswith(MODULES) for one in reached) or any(asks(one, seen) for one in reached)


def test_every_act_of_an_actor_asks_whether_it_is_its_own_matter_or_says_why_not() -> None:
    found = [name for name in acts() if given_an_actor(name)]
    assert len(found) > 50
    silent = {name.removeprefix("quanxin.") for name in found if not asks(name, set())}
    assert silent == set(WITHOUT)


def test_the_walk_sees_an_act_that_does_not_ask() -> None:
    """It would be no proof if everything led there somehow."""
    assert not asks("quanxin.accounts.clients.add_client", set())
    assert asks("quanxin.intake.conflicts.decide", set())

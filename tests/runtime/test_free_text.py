"""Every column that takes a person's own words masks personal numbers, or is listed here with the reason why it need not."""

from __future__ import annotations

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanxin.runtime.free_text import FreeJson, FreeLine, FreeText

# What a column holds instead of free text, by the reason; of every column that is no FreeText and no FreeLine.
LISTED: dict[str, str] = {
    "the name of an account or client, as the centre gave it": """
        accounts.User.username accounts.User.name accounts.Grant.asked_by accounts.Grant.decided_by
        accounts.ApiClient.name accounts.ClientSecret.made_by accounts.ClientSecret.ended_by accounts.Binding.made_by
        accounts.Binding.ended_by accounts.Agency.made_by accounts.Agency.ended_by accounts.AuditLine.actor
        subjects.Decision.actor subjects.Decision.undone_by subjects.Judgement.actor subjects.Judgement.undone_by
        ledger.Removal.actor archive.Batch.actor archive.Transfer.actor archive.Withdrawal.actor archive.Restriction.actor
        archive.Restriction.ended_by archive.Access.viewer archive.Access.actor intake.Conflict.decided_by
        intake.Handover.proposed_by intake.Handover.decided_by intake.SamplingCheck.actor intake.Submission.actor
        sharing.Subscription.granted_by evaluation.Edition.proposed_by evaluation.Edition.decided_by evaluation.Run.actor
        evaluation.Study.actor evaluation.Study.cancelled_by intake.Submission.cancelled_by
        casework.Case.filed_by casework.Case.claimed_by casework.Case.decided_by casework.Step.actor
        rights.Consent.granted_by rights.Consent.revoked_by rights.ConsentUse.actor measures.Application.applied_by
        checks.Check.actor checks.Check.approved_by checks.Use.actor checks.ListRequest.actor checks.ListRequest.cancelled_by
        reports.Batch.actor reports.Batch.cancelled_by
        checks.PersonRequest.asked_by checks.PersonRequest.decided_by checks.Frame.made_by checks.Frame.client
        casework.SavedView.owner accounts.ApiClient.decides_asked_by supervision.Inspector.account
        commitments.Confirmation.actor commitments.Signature.signer commitments.Duty.checked_by
        documents.Document.made_by documents.Document.revoked_by
        casework.Notice.read_by casework.Visit.clerk attachments.Attachment.uploaded_by attachments.Attachment.removed_by
    """,
    "a key of the catalogue, the pack or the code": """
        accounts.SignIn.how accounts.Organisation.key accounts.Membership.provider accounts.Membership.district
        accounts.Grant.provider accounts.Grant.district accounts.ApiClient.provider accounts.ApiClient.consumer
        accounts.Agency.scope accounts.AuditLine.act subjects.Subject.type subjects.Subject.region subjects.Decision.provider
        archive.Follower.name archive.SetAside.follower ledger.Removal.name
        ledger.Leaf.kind ledger.Leaf.content ledger.Leaf.about ledger.Head.note ledger.Seal.tables archive.Transfer.resource
        archive.Transfer.from_provider archive.Transfer.to_provider archive.Transfer.act archive.Edition.resource
        archive.Edition.pack archive.Batch.resource archive.Batch.provider archive.Batch.mode archive.Record.resource
        archive.Record.tier archive.Record.provider archive.Withdrawal.resource archive.Withdrawal.provider
        archive.Restriction.resource intake.Conflict.resource intake.Conflict.holder intake.Conflict.claimant
        intake.Handover.from_provider intake.Handover.to_provider intake.Handover.resources
        intake.SamplingCheck.resource intake.SamplingCheck.provider sharing.Delivery.resources intake.Submission.resource
        intake.Submission.provider intake.Submission.mode intake.Pulled.source sharing.Consumer.key sharing.Delivery.said
        sharing.Subscription.resource sharing.Subscription.districts sharing.Subscription.fields evaluation.Edition.model
        evaluation.Edition.pack evaluation.Run.model evaluation.Run.pack_edition evaluation.Run.engine evaluation.Run.versions
        evaluation.Score.model evaluation.Score.grade evaluation.Change.model evaluation.Change.grade evaluation.Study.model
        commitments.Commitment.template commitments.Commitment.kind commitments.Commitment.provider
        commitments.Confirmation.how commitments.Signature.template commitments.Serial.division commitments.Duty.key
        commitments.Duty.method accounts.User.language casework.Case.kind casework.Case.state casework.Case.resource
        casework.Case.model
        casework.Case.provider casework.Step.act casework.Step.state
        casework.Term.clock casework.Term.state casework.Term.act
        casework.Term.role casework.Term.provider casework.Term.warnings casework.Term.escalate_to casework.Notice.key
        casework.Notice.role
        casework.Notice.provider rights.Wording.key rights.Wording.version rights.Consent.institution rights.Consent.items
        rights.Consent.resources rights.Consent.purpose attachments.Attachment.content_type
        documents.Document.kind documents.Document.title documents.Document.language documents.Document.revoked_reason
        checks.Check.item checks.Check.department checks.Check.organisation checks.Check.purpose checks.Check.looked_at
        checks.Use.measure checks.ListRequest.item checks.ListRequest.districts checks.PersonRequest.item
        checks.PersonRequest.organisation reports.Batch.language reports.Batch.districts
        measures.Application.measure measures.Application.enforcer measures.Application.resource measures.Application.ground
        measures.Due.measure measures.Due.resource measures.Due.ground
        supervision.CreditClass.scheme supervision.CreditClass.level supervision.CreditClass.edition
        supervision.CreditClass.grounds supervision.RiskClass.scheme supervision.RiskClass.level
        supervision.RiskClass.edition supervision.RiskClass.grounds supervision.Inspector.provider
        supervision.Inspector.district supervision.Inspector.trades supervision.PlanLine.items
        supervision.PlanLine.objects_kind supervision.PlanLine.scheme supervision.PlanLine.shares
        supervision.PlanLine.partners supervision.Chain.provider supervision.Draw.method supervision.Selected.stratum
        supervision.Selected.withdrawn
        supervision.Inspection.provider
        supervision.Inspection.partners supervision.Inspection.items supervision.Inspection.result
    """,
    "a number, digest, reference, place or family that the platform made": """
        accounts.SignIn.address accounts.SignIn.browser accounts.Session.session_key accounts.Session.address
        accounts.Session.browser accounts.ClientSecret.digest ledger.Seal.previous ledger.Seal.digest ledger.Seal.signature
        subjects.Identifier.batch subjects.Name.batch subjects.Finding.batch archive.Edition.digest archive.Batch.id
        archive.Batch.file_sha256 archive.Batch.manifest archive.Record.batch_id archive.Restriction.case
        supervision.Inspector.card supervision.Draw.folder supervision.Draw.root supervision.Draw.committed
        supervision.Selected.label supervision.Selected.inspectors supervision.Inspection.inspectors
        intake.SamplingCheck.sha256 intake.SamplingCheck.seed intake.Held.position intake.Submission.id
        intake.Submission.path intake.Submission.sha256 intake.Submission.moments intake.Submission.step evaluation.Study.moments
        intake.Dropped.signature
        intake.Pulled.mark intake.Pulled.digest intake.Pulled.edge evaluation.Edition.digest evaluation.Run.digest
        evaluation.Run.inputs evaluation.Run.grades evaluation.Run.manifest evaluation.Study.step evaluation.Study.runs
        evaluation.Study.figures commitments.Commitment.sha256 commitments.Commitment.number
        commitments.Confirmation.sha256 commitments.Confirmation.nonce commitments.Signature.sha256 casework.Case.number
        casework.Notice.once rights.Wording.digest attachments.Attachment.case
        casework.Feed.digest checks.Check.number checks.Check.key checks.Check.item_edition checks.Check.pack_edition
        checks.Check.counts checks.Check.digest checks.Result.digest checks.ListRequest.id checks.ListRequest.sha256
        checks.ListRequest.step checks.ListRequest.moments reports.Batch.step reports.Batch.moments
        documents.Certificate.fingerprint documents.Document.number documents.Document.key documents.Document.about
        documents.Document.edition documents.Document.content documents.Document.public_key documents.Body.sha256
        attachments.Attachment.sha256 attachments.Attachment.virus api.Answer.key api.Answer.fingerprint
    """,
    "of the law or of a model, as it stood": """
        archive.Edition.basis archive.Edition.definition archive.Transfer.basis archive.Restriction.basis
        intake.Handover.basis evaluation.Edition.definition rights.Wording.text
    """,
    "an organisation's code or name, or a person's number as its blind index": """
        commitments.Commitment.authority_code
        accounts.Organisation.code accounts.Binding.code accounts.Binding.identity accounts.Agency.code accounts.Agency.identity
        subjects.Subject.code subjects.Subject.name subjects.Identifier.value subjects.Name.text subjects.Name.norm
        subjects.Finding.value subjects.Decision.value subjects.Decision.name intake.Held.stated intake.Held.stated_key
        intake.Proposal.stated_key casework.Visit.code casework.Visit.identity
    """,
    "sealed, or masked by the one door that writes it": """
        accounts.Session.session_data accounts.AuditLine.target accounts.AuditLine.particulars archive.Batch.file_name
        archive.Batch.receipt archive.Record.payload intake.Held.original intake.Held.issues intake.SamplingCheck.missing
        intake.Submission.error intake.Pulled.error api.Answer.body
    """,
    "made by acts of names, days, codes and what the columns of free text hold": """
        subjects.Finding.particulars subjects.Decision.particulars subjects.Judgement.particulars archive.Event.particulars
        evaluation.Study.question evaluation.Study.error checks.Result.findings reports.Batch.error checks.ListRequest.error
    """,
    "how somebody is reached, a number of theirs by purpose": "accounts.User.email sharing.Consumer.contact"
    " casework.Case.contact",
    "a client's name, or a network": "api.DeadToken.who",
    "where something is reached, set up by an operator": "sharing.Webhook.url intake.Submission.mapping"
    " checks.Frame.origin",
    "a file's own name while it lies in the drop folder; masked once it is answered": "intake.Dropped.path",
    "a digest": "accounts.User.password accounts.User.agent_code",
}  # fmt: skip


def columns() -> dict[str, models.Field]:  # type: ignore[type-arg]
    """The columns of texts of the platform's own tables; what is chosen from a list in the code is no text."""
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models()
        if model.__module__.startswith("quanxin.")
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField | models.JSONField | ArrayField) and not field.choices
    }


def test_every_column_of_text_masks_or_has_its_reason() -> None:
    listed = [name for names in LISTED.values() for name in names.split()]
    assert len(listed) == len(set(listed))
    plain = {name for name, field in columns().items() if not isinstance(field, FreeText | FreeLine | FreeJson)}
    assert plain - set(listed) == set()
    assert set(listed) - plain == set()


def test_to_migrations_they_are_the_plain_fields() -> None:
    assert FreeText(blank=True).deconstruct()[1:] == ("django.db.models.TextField", [], {"blank": True})
    assert FreeLine(max_length=9).deconstruct()[1:] == ("django.db.models.CharField", [], {"max_length": 9})

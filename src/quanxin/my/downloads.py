"""What one takes away: everything that is held about one, and the papers of one's cases.

Invariant: what is taken away is what may be seen, through the accessor; each taking leaves its line.
"""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from quanxin.accounts.acts import refused_line
from quanxin.accounts.agency import Scope
from quanxin.attachments import download, http
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment
from quanxin.calendar import today
from quanxin.casework import papers
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.my.cases import own
from quanxin.rights import exporting
from quanxin.runtime.language import in_words


@require_safe
@requires_scope(agents=False)
def everything(request: HttpRequest, me: Representation) -> HttpResponse:
    """Everything that is held about the subject, as JSON to keep; moments and days in ISO 8601."""
    answer = JsonResponse(exporting.everything(me.party), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer.headers["Content-Disposition"] = f'attachment; filename="quanxin-{today():%Y%m%d}.json"'
    return answer


@require_safe
@requires_scope(Scope.ARCHIVE, Scope.OBJECTION, Scope.REPAIR)
def paper(request: HttpRequest, me: Representation, number: uuid.UUID) -> HttpResponseBase:
    """A paper of one's own cases, to be saved; an agent's only of the kinds of cases that it acts in.

    Another's, and one that somebody else uploaded and no case has, look like one that is not there.
    """
    found = Attachment.objects.filter(pk=number, subject_id__in=me.party.ids).first()
    case = papers.case_of(found) if found is not None else None
    if case is not None:
        own(me, case.number)
    try:
        if found is None or (case is None and found.uploaded_by != me.party.actor.name):
            refused_line(me.party.actor, f"attachment:{number}", "not a paper of the subject's cases")
            raise AttachmentError("attachment-unknown", attachment=number)
        answer: FileResponse = http.respond(download.download(me.party.actor, number))
    except AttachmentError as error:
        return shown(request, me, "my/problem.html", {"problem": in_words(error)}, error.status)
    return answer

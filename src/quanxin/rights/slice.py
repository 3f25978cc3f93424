"""What rights add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Job, Slice

SLICE = Slice(
    key="rights",
    title=("信用主体权益", "Rights"),
    jobs=(
        Job("23 6 * * *", "quanxin.rights.new_record_notices:tell_open", "rights.tell-open"),
        Job("33 6 * * *", "quanxin.rights.consents:warn_of_end", "rights.warn-of-end"),
        Job("53 2 * * *", "quanxin.rights.retention:prove", "rights.prove-retention"),
    ),
    handlers=("quanxin.rights.new_record_notices:HANDED_ON", "quanxin.rights.new_record_notices:NOTICES"),
)

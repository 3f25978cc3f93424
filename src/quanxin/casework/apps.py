from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "quanxin.casework"
    label = "casework"

    def ready(self) -> None:
        """Say who may read the papers of cases, and register the effects that are of this room."""
        from quanxin.attachments import download
        from quanxin.casework import archive_effects, case_effects, papers  # noqa: F401

        download.govern(may_read=papers.may_read, access_line=papers.access_line)

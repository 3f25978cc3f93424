from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "quanxin.casework"
    label = "casework"

    def ready(self) -> None:
        """Say who may read the papers of cases."""
        from quanxin.attachments import reading
        from quanxin.casework import papers

        reading.govern(may_read=papers.may_read, access_line=papers.access_line)

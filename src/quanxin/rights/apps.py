from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "quanxin.rights"
    label = "rights"

    def ready(self) -> None:
        """Say who may read the papers of cases."""
        from quanxin.rights import papers
        from quanxin.rights.attachments import reading

        reading.govern(may_read=papers.may_read, access_line=papers.access_line)

from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "quanxin.rights"
    label = "rights"

    def ready(self) -> None:
        """Say who may read the papers of cases, and listen to who comes to stand for whom."""
        from quanxin.rights import papers, standing_notices
        from quanxin.rights.attachments import reading

        standing_notices.connect()
        reading.govern(may_read=papers.may_read, access_line=papers.access_line)

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class SocketAppConfig(AppConfig):
    name = "socketapp"
    verbose_name = "Socket"


class StaticFiles(StaticFilesConfig):
    """Static files without the icons: a template tag writes those into the page, so no browser ever asks for one."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "icons"]

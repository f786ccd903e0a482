from django.apps import AppConfig


class SocketAppConfig(AppConfig):
    name = "socketapp"
    verbose_name = "Socket"

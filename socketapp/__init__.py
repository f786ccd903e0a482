"""Composes the house: settings, urls, celery and Home. It knows every app, and no app knows it."""

from socketapp.celery import app as celery_app

__all__ = ["celery_app"]

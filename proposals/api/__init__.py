"""Proposals for programs; it calls exactly what the pages call."""

from proposals.api.routes import routes as routes

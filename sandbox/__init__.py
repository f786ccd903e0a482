"""Strangers who speak the protocols of the outside world, for demo, training and tests."""

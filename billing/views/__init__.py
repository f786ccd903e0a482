"""Billing's pages: each view reads its input, makes one call, shapes its output."""

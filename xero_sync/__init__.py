"""Xero, in both directions: contacts and accounts in, invoices out."""

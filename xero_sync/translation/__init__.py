"""Our invoices in Xero's words and Xero's replies in ours. Pure: no queries, no clock, no settings."""

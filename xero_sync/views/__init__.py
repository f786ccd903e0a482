"""Pages about Xero: the connection, the contacts, a client's Xero tab."""

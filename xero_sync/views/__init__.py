"""Pages and acts around the connection to Xero."""

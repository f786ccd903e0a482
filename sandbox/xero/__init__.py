"""A local stand-in for Xero's identity and accounting API. It shares no code with the application."""

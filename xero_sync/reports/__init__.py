"""What the pages show of Xero: read only, shaped for people."""

"""What can be done in billing, by subject: catalogue, engagements, holds, invoices, plans, settings, work."""

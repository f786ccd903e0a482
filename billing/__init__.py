"""The heart: catalogue, engagements, billing plans and invoices."""

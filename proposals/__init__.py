"""What is offered to a client, signed and turned into engagements."""

"""A letterbox: it knows how to send, not what letters mean."""

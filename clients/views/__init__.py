"""Pages about clients, the team and the practice."""

"""The demo practice: invented firms, a year of history, and the story that is played against the sandbox."""

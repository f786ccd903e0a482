"""Pages of proposals: the list, the editor, one proposal, what is done to it, and the page that clients sign."""

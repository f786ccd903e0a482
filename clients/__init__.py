"""The practice's address book: practices, people and clients."""

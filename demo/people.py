"""The practice of the demo and its people. All of them are invented."""

PRACTICE = "North & Vale Accountants"
SLUG = "north-vale-accountants"
PASSWORD = "a-plug-for-every-socket"  # noqa: S105  # printed by the demo, for a practice that does not exist
STAFF = (
    ("Priya Sandhu", "priya@northvale.example", "owner"),
    ("Tess Okafor", "tess@northvale.example", "admin"),
    ("Callum Reid", "callum@northvale.example", "apprentice"),
)
OWNER = STAFF[0][1]

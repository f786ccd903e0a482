"""What can be done with letters: write, send, hold, read."""

from notifications.operations.notices import mark_all_read as mark_all_read
from notifications.operations.notices import mark_read as mark_read
from notifications.operations.notices import mute as mute
from notifications.operations.sending import release_held as release_held
from notifications.operations.sending import send_due as send_due
from notifications.operations.writing import write_letters as write_letters

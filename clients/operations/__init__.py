"""What can be done to practices, people and clients."""

from clients.operations.clients import close_client as close_client
from clients.operations.clients import close_clients as close_clients
from clients.operations.clients import create_client as create_client
from clients.operations.clients import edit_client as edit_client
from clients.operations.clients import give_owner as give_owner
from clients.operations.clients import give_tag as give_tag
from clients.operations.clients import reactivate_client as reactivate_client
from clients.operations.clients import record_event as record_event
from clients.operations.clients import record_standing as record_standing
from clients.operations.practices import change_practice as change_practice
from clients.operations.practices import create_practice as create_practice
from clients.operations.practices import set_safe_mode as set_safe_mode

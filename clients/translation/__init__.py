"""A file of clients, read and compared with the clients there are. Pure."""

from clients.translation.files import TEMPLATE as TEMPLATE
from clients.translation.files import ReadRow as ReadRow
from clients.translation.files import Unreadable as Unreadable
from clients.translation.files import read_file as read_file
from clients.translation.plans import KnownClient as KnownClient
from clients.translation.plans import PlannedRow as PlannedRow
from clients.translation.plans import plan_rows as plan_rows

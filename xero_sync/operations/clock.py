"""Time, as the whole house knows it: see clients.operations.clock."""

from clients.operations import Stopwatch as Stopwatch
from clients.operations import current as current
from clients.operations import database_now as database_now

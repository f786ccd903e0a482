"""The audit log: written beside the deed, sealed into the practice's chain after the commit, verified when asked."""

from clients.operations.audit.recording import OURSELVES as OURSELVES
from clients.operations.audit.recording import Facts as Facts
from clients.operations.audit.recording import record as record
from clients.operations.audit.recording import record_all as record_all
from clients.operations.audit.recording import seal_soon as seal_soon
from clients.operations.audit.recording import together as together
from clients.operations.audit.sealing import seal as seal
from clients.operations.audit.sealing import seal_left as seal_left
from clients.operations.audit.verifying import State as State
from clients.operations.audit.verifying import exported as exported
from clients.operations.audit.verifying import state as state
from clients.operations.audit.verifying import verify as verify
from clients.operations.audit.verifying import verify_all as verify_all

"""What we know of Xero: grants and connections, the contacts there, and the queue of what is to be posted."""

from xero_sync.models.connections import Connection as Connection
from xero_sync.models.connections import ConsentAttempt as ConsentAttempt
from xero_sync.models.connections import Grant as Grant
from xero_sync.models.connections import SyncRun as SyncRun
from xero_sync.models.contacts import Contact as Contact
from xero_sync.models.contacts import ContactLink as ContactLink
from xero_sync.models.contacts import ContactSuggestion as ContactSuggestion
from xero_sync.models.pushes import AT_ONCE as AT_ONCE
from xero_sync.models.pushes import Batch as Batch
from xero_sync.models.pushes import Difference as Difference
from xero_sync.models.pushes import Lane as Lane
from xero_sync.models.pushes import Push as Push
from xero_sync.models.pushes import Sighting as Sighting
from xero_sync.models.pushes import Slot as Slot

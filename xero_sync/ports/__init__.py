"""What the operations need on their way to Xero: a gateway, which a test may replace, and a desk to work at."""

from xero_sync.ports.desks import DESKS as DESKS
from xero_sync.ports.desks import at_work as at_work
from xero_sync.ports.desks import away as away
from xero_sync.ports.gateway import Gateway as Gateway
from xero_sync.ports.gateway import open_gateway as open_gateway
from xero_sync.ports.gateway import reached as reached

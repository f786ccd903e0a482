"""The only door to Xero's accounting API, and the only one that knows its SDK."""

from xero_sync.gateway.calls import XeroGateway as XeroGateway
from xero_sync.gateway.calls import open_gateway as open_gateway

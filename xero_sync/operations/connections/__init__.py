"""A practice's connection to one Xero organisation: consent, choice, loss, return, end."""

from xero_sync.operations.connections.checking import check_all as check_all
from xero_sync.operations.connections.checking import check_connection as check_connection
from xero_sync.operations.connections.choosing import OrganisationTaken as OrganisationTaken
from xero_sync.operations.connections.choosing import OtherOrganisation as OtherOrganisation
from xero_sync.operations.connections.choosing import choose_organisation as choose_organisation
from xero_sync.operations.connections.consent import ConsentError as ConsentError
from xero_sync.operations.connections.consent import ConsentRefused as ConsentRefused
from xero_sync.operations.connections.consent import ConsentUnfinished as ConsentUnfinished
from xero_sync.operations.connections.consent import NoOrganisation as NoOrganisation
from xero_sync.operations.connections.consent import NotConfigured as NotConfigured
from xero_sync.operations.connections.consent import UnknownConsent as UnknownConsent
from xero_sync.operations.connections.consent import begin_consent as begin_consent
from xero_sync.operations.connections.consent import finish_consent as finish_consent
from xero_sync.operations.connections.consent import open_choice as open_choice
from xero_sync.operations.connections.ending import CannotDisconnect as CannotDisconnect
from xero_sync.operations.connections.ending import disconnect as disconnect
from xero_sync.operations.connections.losing import connection_of as connection_of
from xero_sync.operations.connections.losing import gateway_of as gateway_of
from xero_sync.operations.connections.losing import investigate as investigate
from xero_sync.operations.connections.losing import is_current as is_current
from xero_sync.operations.connections.losing import let_in as let_in
from xero_sync.operations.connections.losing import mark_lost as mark_lost
from xero_sync.operations.connections.losing import restored as restored

"""What a client is made of, and the chain of the audit log. Pure."""

from clients.records.acts import KINDS as KINDS
from clients.records.acts import SENTENCES as SENTENCES
from clients.records.acts import kind_of as kind_of
from clients.records.acts import sentence_of as sentence_of
from clients.records.acts import told as told
from clients.records.chains import GENESIS as GENESIS
from clients.records.chains import Entry as Entry
from clients.records.chains import Fault as Fault
from clients.records.chains import Head as Head
from clients.records.chains import canonical as canonical
from clients.records.chains import changes as changes
from clients.records.chains import digest as digest
from clients.records.chains import entry_of as entry_of
from clients.records.chains import first_fault as first_fault
from clients.records.chains import plain as plain
from clients.records.clients import FIELD_LABELS as FIELD_LABELS
from clients.records.clients import ClientValues as ClientValues
from clients.records.clients import company_number_key as company_number_key
from clients.records.clients import days_of as days_of
from clients.records.clients import name_key as name_key
from clients.records.clients import plain_cell as plain_cell
from clients.records.clients import safe_cell as safe_cell
from clients.records.clients import token_hash as token_hash

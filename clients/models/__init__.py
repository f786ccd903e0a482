"""The practice's address book: practices, people and clients."""

from clients.models.audit import AuditChain as AuditChain
from clients.models.audit import AuditEvent as AuditEvent
from clients.models.audit import SealedForever as SealedForever
from clients.models.clients import Client as Client
from clients.models.clients import ClientTag as ClientTag
from clients.models.events import ClientEvent as ClientEvent
from clients.models.imports import ClientImport as ClientImport
from clients.models.imports import ClientImportRow as ClientImportRow
from clients.models.people import ApiToken as ApiToken
from clients.models.people import Invitation as Invitation
from clients.models.people import Membership as Membership
from clients.models.people import Role as Role
from clients.models.people import User as User
from clients.models.practices import Practice as Practice
from clients.models.records import NoPractice as NoPractice
from clients.models.records import PracticeQuerySet as PracticeQuerySet
from clients.models.records import PracticeRecord as PracticeRecord

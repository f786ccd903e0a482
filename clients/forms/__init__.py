"""What people type about clients, the team and the practice."""

from clients.forms.audit import AuditFilterForm as AuditFilterForm
from clients.forms.clients import ClientForm as ClientForm
from clients.forms.clients import CloseForm as CloseForm
from clients.forms.filters import ClientFilterForm as ClientFilterForm
from clients.forms.imports import UploadForm as UploadForm
from clients.forms.people import AcceptForm as AcceptForm
from clients.forms.people import InviteForm as InviteForm
from clients.forms.people import PersonForm as PersonForm
from clients.forms.people import ProfileForm as ProfileForm
from clients.forms.people import RoleForm as RoleForm
from clients.forms.people import TokenForm as TokenForm
from clients.forms.practices import PracticeForm as PracticeForm

"""What people type into billing's pages, checked on the server; what they typed is kept when something is wrong."""

from billing.forms.months import MonthConverter as MonthConverter
from billing.forms.people import PeopleForm as PeopleForm
from billing.forms.reasons import ReasonForm as ReasonForm
from billing.forms.reasons import ReopenForm as ReopenForm
from billing.forms.services import AccountForm as AccountForm
from billing.forms.services import CopyMenuForm as CopyMenuForm
from billing.forms.services import MenuForm as MenuForm
from billing.forms.services import ServiceForm as ServiceForm
from billing.forms.settings import ClientBillingForm as ClientBillingForm
from billing.forms.settings import SettingsForm as SettingsForm
from billing.forms.work import AdHocForm as AdHocForm

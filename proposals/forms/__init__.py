"""What people fill in. Nothing is decided here: a form reads, operations check and store."""

from proposals.forms.acts import DeclineForm as DeclineForm
from proposals.forms.acts import EndForm as EndForm
from proposals.forms.acts import ReasonForm as ReasonForm
from proposals.forms.acts import SignForm as SignForm
from proposals.forms.acts import StartForm as StartForm
from proposals.forms.lines import LineForm as LineForm
from proposals.forms.lines import LineFormSet as LineFormSet
from proposals.forms.lines import initial_of as initial_of
from proposals.forms.lines import kept_lines as kept_lines
from proposals.forms.lines import readable_lines as readable_lines
from proposals.forms.lines import tracking_choices as tracking_choices
from proposals.forms.terms import CustomiseForm as CustomiseForm
from proposals.forms.terms import GeneralForm as GeneralForm
from proposals.forms.terms import MonthField as MonthField

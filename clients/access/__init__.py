"""Which practice is this request for, and may this person or program do that: the one table and its doors.

Every query in the house begins from the practice found here. Programs come in by `programs` and `resources`, support by
`support`: those bring the API's framework and the admin site along, which a worker does without.
"""

from clients.access.pages import PracticeRequest as PracticeRequest
from clients.access.pages import chosen as chosen
from clients.access.pages import memberships_of as memberships_of
from clients.access.pages import practice_page as practice_page
from clients.access.pages import row_ids as row_ids
from clients.access.table import ALLOWED as ALLOWED
from clients.access.table import Action as Action
from clients.access.table import may as may
from clients.access.table import role_may as role_may

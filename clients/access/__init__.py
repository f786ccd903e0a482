"""Which practice is this request for, and may this person or program do that: the one table and its doors.

Every query in the house begins from the practice found here.
"""

from clients.access.pages import PracticeRequest as PracticeRequest
from clients.access.pages import chosen as chosen
from clients.access.pages import memberships_of as memberships_of
from clients.access.pages import practice_page as practice_page
from clients.access.pages import row_ids as row_ids
from clients.access.programs import Conflict as Conflict
from clients.access.programs import Pages as Pages
from clients.access.programs import PracticePermission as PracticePermission
from clients.access.programs import TokenAuthentication as TokenAuthentication
from clients.access.programs import person as person
from clients.access.programs import practice_of as practice_of
from clients.access.resources import PracticeView as PracticeView
from clients.access.resources import narrowed as narrowed
from clients.access.support import LookOnly as LookOnly
from clients.access.table import ALLOWED as ALLOWED
from clients.access.table import Action as Action
from clients.access.table import may as may
from clients.access.table import role_may as role_may
from clients.records import token_hash as token_hash

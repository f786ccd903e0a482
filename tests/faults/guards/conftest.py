"""The world of the named faults, for the tests of single guards."""

from tests.faults.named.conftest import connected as connected
from tests.faults.named.conftest import north_vale as north_vale
from tests.faults.named.conftest import now as now
from tests.faults.named.conftest import priya as priya
from tests.faults.named.conftest import remote as remote
from tests.faults.named.conftest import starts as starts
from tests.faults.named.conftest import world as world
from tests.faults.named.conftest import xero_is_off as xero_is_off

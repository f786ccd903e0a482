"""From Xero into our copies: organisation, accounts, branding themes, tracking, contacts; then matching."""

from xero_sync.operations.asking import request_sync as request_sync
from xero_sync.operations.pulls.matchmaking import match_clients as match_clients
from xero_sync.operations.pulls.nightly import nightly as nightly
from xero_sync.operations.pulls.now import sync_now as sync_now
from xero_sync.operations.pulls.rechecking import recheck as recheck
from xero_sync.operations.pulls.rechecking import ring_for_rechecks as ring_for_rechecks
from xero_sync.operations.pulls.running import run_sync as run_sync

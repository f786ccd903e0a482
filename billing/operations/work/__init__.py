"""Work that is billed when it is done: opened, proposed, marked as completed, and that undone."""

from billing.operations.withdrawing import AlreadySent as AlreadySent
from billing.operations.work.completing import NotFromWork as NotFromWork
from billing.operations.work.completing import NothingOpen as NothingOpen
from billing.operations.work.completing import complete as complete
from billing.operations.work.completing import preview_completion as preview_completion
from billing.operations.work.completing import undo as undo
from billing.operations.work.completing import undo_all as undo_all
from billing.operations.work.opening import add_ad_hoc as add_ad_hoc
from billing.operations.work.opening import carry_on as carry_on
from billing.operations.work.opening import open_due as open_due
from billing.operations.work.opening import open_next as open_next
from billing.operations.work.opening import propose as propose

"""What the practice sells, and the ledger's lists."""

from billing.operations.catalogue.menus import ArchivedMenu as ArchivedMenu
from billing.operations.catalogue.menus import activate_menu as activate_menu
from billing.operations.catalogue.menus import archive_menu as archive_menu
from billing.operations.catalogue.menus import archive_service as archive_service
from billing.operations.catalogue.menus import change_accounts as change_accounts
from billing.operations.catalogue.menus import create_menu as create_menu
from billing.operations.catalogue.menus import create_service as create_service
from billing.operations.catalogue.menus import duplicate_menu as duplicate_menu
from billing.operations.catalogue.menus import edit_service as edit_service
from billing.operations.catalogue.mirrors import mark_all_missing as mark_all_missing
from billing.operations.catalogue.mirrors import refresh_accounts as refresh_accounts
from billing.operations.catalogue.mirrors import refresh_templates as refresh_templates
from billing.operations.catalogue.mirrors import refresh_tracking as refresh_tracking

"""Who may enter by which route. Every route of the product has one row here, and its view must agree with it.

A row is `"namespace:name": who`, where who is

- an Action: a page or act of a practice, for members whose role allows the action (clients.access.ALLOWED);
- a dict of HTTP method to Action: a route of the API that asks for different things in different methods;
- PUBLIC: anybody, because the route itself asks for nothing or carries a secret in its address;
- SIGNED_IN: any user who has logged in, whatever their practices.

The test beside this file then tries every row of a practice as nobody, as another practice's owner and in every role.
Django's admin has its own permission and is left out.
"""

from enum import Enum, auto

from clients.access import Action


class Who(Enum):
    PUBLIC = auto()
    SIGNED_IN = auto()


PUBLIC, SIGNED_IN = Who.PUBLIC, Who.SIGNED_IN

Row = Action | Who | dict[str, Action]

SOCKETAPP: dict[str, Row] = {
    "invoice_marker": SIGNED_IN,
    "health_live": PUBLIC,
    "health_ready": PUBLIC,
    "front_door": SIGNED_IN,
    "home": Action.HOME,
    "api_schema": PUBLIC,
    "api_docs": PUBLIC,
    "gallery": PUBLIC,  # mounted only where DEBUG is on, and in tests
    "gallery_dialog": PUBLIC,
    "gallery_drawer": PUBLIC,
}

ACCOUNTS: dict[str, Row] = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_signup": PUBLIC,
    "account_change_password": SIGNED_IN,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
}

CLIENTS: dict[str, Row] = {
    "clients:list": Action.CLIENTS,
    "clients:export_csv": Action.CLIENTS,
    "clients:export_xlsx": Action.CLIENTS,
    "clients:bulk": Action.CLIENTS,
    "clients:bulk_owner": Action.CLIENTS,
    "clients:bulk_tag": Action.CLIENTS,
    "clients:bulk_close": Action.CLIENTS,
    "clients:create": Action.CLIENTS,
    "clients:imports": Action.CLIENTS,
    "clients:import_template": Action.CLIENTS,
    "clients:import": Action.CLIENTS,
    "clients:import_application": Action.CLIENTS,
    "clients:import_undo": Action.CLIENTS,
    "clients:client": Action.CLIENTS,
    "clients:edit": Action.CLIENTS,
    "clients:closing": Action.CLIENTS,
    "clients:reactivation": Action.CLIENTS,
    "clients:client_activity": Action.CLIENTS,
    "clients:settings_practice": Action.SETTINGS,
    "clients:settings_team": Action.SETTINGS,
    "clients:invitations": Action.SETTINGS,
    "clients:invitation_letter": Action.SETTINGS,
    "clients:invitation_revocation": Action.SETTINGS,
    "clients:people": Action.SETTINGS,
    "clients:role": Action.SETTINGS,
    "clients:removal": Action.SETTINGS,
    "clients:settings_tokens": Action.SETTINGS,
    "clients:token_revocation": Action.SETTINGS,
    "clients:settings_audit": Action.AUDIT,
    "clients:audit_verification": Action.AUDIT,
    "clients:audit_csv": Action.OWNERSHIP,
    "clients:audit_lines": Action.OWNERSHIP,
    "clients:profile": Action.HOME,
    "invitation": PUBLIC,  # whoever holds the link from the letter
}

NOTIFICATIONS: dict[str, Row] = {
    "notifications:list": Action.HOME,
    "notifications:reading": Action.HOME,
    "notifications:notice": Action.HOME,
    "notifications:kinds": Action.HOME,
    "notifications:outbox": Action.PROPOSALS,
    "notifications:letter": Action.PROPOSALS,
    "notifications:letter_page": Action.PROPOSALS,
}

BILLING: dict[str, Row] = {
    "billing:plan": Action.BILLING,
    "billing:plan_month": Action.BILLING,
    "billing:plan_checks": Action.BILLING,
    "billing:plan_progress": Action.BILLING,
    "billing:plan_export": Action.BILLING,
    "billing:plan_preview": Action.BILLING,
    "billing:invoices": Action.BILLING,
    "billing:invoice": Action.BILLING,
    "billing:failures": Action.BILLING,
    "billing:work_completion": Action.BILLING,
    "billing:work_undo": Action.BILLING,
    "billing:invoice_undo": Action.BILLING,
    "billing:work_new": Action.BILLING,
    "billing:client_terms": Action.BILLING,
    "billing:client_invoices": Action.BILLING,
    "billing:plan_approval": Action.APPROVE,
    "billing:plan_reopening": Action.APPROVE,
    "billing:plan_posting": Action.APPROVE,
    "billing:invoice_attempt": Action.APPROVE,
    "billing:invoice_sending": Action.APPROVE,
    "billing:invoice_by_hand": Action.APPROVE,
    "billing:invoice_acknowledgement": Action.APPROVE,
    "billing:failures_attempt": Action.APPROVE,
    "billing:waiting_confirmation": Action.APPROVE,
    "billing:work": Action.WORK,
    "billing:work_proposed": Action.WORK,
    "billing:client_work": Action.WORK,
    "billing:services": Action.SETTINGS,
    "billing:menu_new": Action.SETTINGS,
    "billing:menu_copy": Action.SETTINGS,
    "billing:menu_activation": Action.SETTINGS,
    "billing:menu_archive": Action.SETTINGS,
    "billing:account_codes": Action.SETTINGS,
    "billing:service_new": Action.SETTINGS,
    "billing:service": Action.SETTINGS,
    "billing:service_archive": Action.SETTINGS,
    "billing:settings_billing": Action.SETTINGS,
    "billing:people_tracking": Action.SETTINGS,
    "billing:safe_mode": Action.SETTINGS,
    "billing:client_invoicing": Action.CLIENTS,
    "billing:client_why": Action.CLIENTS,
}

PROPOSALS: dict[str, Row] = {
    "proposals:list": Action.PROPOSALS,
    "proposals:new": Action.PROPOSALS,
    "proposals:drafts": Action.PROPOSALS,
    "proposals:client_proposals": Action.PROPOSALS,
    "proposals:proposal": Action.PROPOSALS,
    "proposals:preview": Action.PROPOSALS,
    "proposals:document": Action.PROPOSALS,
    "proposals:general": Action.PROPOSALS,
    "proposals:services": Action.PROPOSALS,
    "proposals:running_total": Action.PROPOSALS,
    "proposals:customise": Action.PROPOSALS,
    "proposals:review": Action.PROPOSALS,
    "proposals:sending": Action.SEND_PROPOSALS,
    "proposals:link": Action.SEND_PROPOSALS,
    "proposals:reminder": Action.SEND_PROPOSALS,
    "proposals:reversion": Action.SEND_PROPOSALS,
    "proposals:loss": Action.SEND_PROPOSALS,
    "proposals:acceptance": Action.ACCEPT_ON_BEHALF,
    "proposals:start": Action.SEND_PROPOSALS,
    "proposals:ending": Action.SEND_PROPOSALS,
    "proposals:adjustment": Action.PROPOSALS,
    "proposals:renewal": Action.PROPOSALS,
    "proposals:duplication": Action.PROPOSALS,
    "api_proposals": {"GET": Action.PROPOSALS, "POST": Action.PROPOSALS},
    "api_proposal": {"GET": Action.PROPOSALS, "PATCH": Action.PROPOSALS},
    "api_proposal_lines": {"PUT": Action.PROPOSALS},
    "api_proposal_sending": {"POST": Action.SEND_PROPOSALS},
    "api_proposal_link": {"POST": Action.SEND_PROPOSALS},
    "api_proposal_reversion": {"POST": Action.SEND_PROPOSALS},
    "api_proposal_loss": {"POST": Action.SEND_PROPOSALS},
    "api_proposal_acceptance": {"POST": Action.ACCEPT_ON_BEHALF},
    "api_proposal_start": {"POST": Action.SEND_PROPOSALS},
    "api_proposal_ending": {"POST": Action.SEND_PROPOSALS},
    "api_proposal_adjustment": {"POST": Action.PROPOSALS},
    "api_proposal_renewal": {"POST": Action.PROPOSALS},
    "api_proposal_duplication": {"POST": Action.PROPOSALS},
    "signing:proposal": PUBLIC,  # each asks for an unguessable token
    "signing:view": PUBLIC,
    "signing:acceptance": PUBLIC,
    "signing:refusal": PUBLIC,
    "signing:document": PUBLIC,
}

XERO_SYNC: dict[str, Row] = {
    "xero_sync:integrations": Action.SETTINGS,
    "xero_sync:consent": Action.SETTINGS,
    "xero_sync:organisation": Action.SETTINGS,
    "xero_sync:disconnection": Action.SETTINGS,
    "xero_sync:check": Action.SETTINGS,
    "xero_sync:account_codes": Action.SETTINGS,
    "xero_sync:syncs": Action.SETTINGS,
    "xero_sync:sync": Action.SETTINGS,
    "xero_sync:contacts": Action.BILLING,
    "xero_sync:contact_links": Action.BILLING,
    "xero_sync:contact_links_undo": Action.BILLING,
    "xero_sync:contact_choice": Action.BILLING,
    "xero_sync:contact_link": Action.BILLING,
    "xero_sync:contact_unlinking": Action.BILLING,
    "xero_sync:contact_unarchiving": Action.BILLING,
    "xero_sync:client_xero": Action.CLIENTS,
    "xero_callback": SIGNED_IN,
    "api_xero": {"GET": Action.BILLING},
    "api_xero_syncs": {"GET": Action.BILLING, "POST": Action.SETTINGS},
    "api_xero_contacts": {"GET": Action.CLIENTS},
    "api_xero_links": {"GET": Action.CLIENTS},
    "api_xero_link": {"GET": Action.CLIENTS, "PUT": Action.BILLING, "DELETE": Action.BILLING},
}

API: dict[str, Row] = {
    "api_clients": Action.CLIENTS,
    "api_client": Action.CLIENTS,
    "api_client_closing": Action.CLIENTS,
    "api_client_reactivation": Action.CLIENTS,
    "api_audit": Action.AUDIT,
    "api_services": {"GET": Action.PROPOSALS},
    "api_plans": {"GET": Action.BILLING},
    "api_plan": {"GET": Action.BILLING},
    "api_plan_approval": {"POST": Action.APPROVE},
    "api_work": {"GET": Action.WORK},
    "api_work_completion": {"POST": Action.BILLING},
    "api_invoices": {"GET": Action.BILLING},
    "api_invoice": {"GET": Action.BILLING},
    "api_invoice_attempt": {"POST": Action.APPROVE},
}

MATRIX: dict[str, Row] = {
    **SOCKETAPP,
    **ACCOUNTS,
    **API,
    **CLIENTS,
    **NOTIFICATIONS,
    **BILLING,
    **PROPOSALS,
    **XERO_SYNC,
}

from django.urls import path

from clients.views import audit, clients, imports, invitations, lists, profile, settings, team, tokens

app_name = "clients"

urlpatterns = [
    path("clients/", lists.client_list, name="list"),
    path("clients/export.csv", lists.export_csv, name="export_csv"),
    path("clients/export.xlsx", lists.export_xlsx, name="export_xlsx"),
    path("clients/change/", lists.bulk_dialog, name="bulk"),
    path("clients/owner/", lists.bulk_owner, name="bulk_owner"),
    path("clients/tags/", lists.bulk_tag, name="bulk_tag"),
    path("clients/closing/", lists.bulk_close, name="bulk_close"),
    path("clients/new/", clients.new_client, name="create"),
    path("clients/imports/", imports.import_list, name="imports"),
    path("clients/imports/template.csv", imports.template, name="import_template"),
    path("clients/imports/<int:import_id>/", imports.import_page, name="import"),
    path("clients/imports/<int:import_id>/application/", imports.apply, name="import_application"),
    path("clients/imports/<int:import_id>/undo/", imports.undo, name="import_undo"),
    path("clients/<int:client_id>/", clients.client_details, name="client"),
    path("clients/<int:client_id>/edit/", clients.client_edit, name="edit"),
    path("clients/<int:client_id>/closing/", clients.client_closing, name="closing"),
    path("clients/<int:client_id>/reactivation/", clients.client_reactivation, name="reactivation"),
    path("clients/<int:client_id>/activity/", clients.client_activity, name="client_activity"),
    path("settings/", settings.settings_practice, name="settings_practice"),
    path("settings/team/", team.settings_team, name="settings_team"),
    path("settings/team/invitations/", team.invitations, name="invitations"),
    path("settings/team/invitations/<int:invitation_id>/letter/", team.invitation_letter, name="invitation_letter"),
    path("settings/team/invitations/<int:invitation_id>/revocation/", team.revocation, name="invitation_revocation"),
    path("settings/team/people/", team.people, name="people"),
    path("settings/team/<int:member_id>/role/", team.role, name="role"),
    path("settings/team/<int:member_id>/removal/", team.removal, name="removal"),
    path("settings/api/", tokens.settings_tokens, name="settings_tokens"),
    path("settings/api/<int:token_id>/revocation/", tokens.token_revocation, name="token_revocation"),
    path("settings/audit/", audit.audit_log, name="settings_audit"),
    path("settings/audit/verification/", audit.verification, name="audit_verification"),
    path("settings/audit/export.csv", audit.export_csv, name="audit_csv"),
    path("settings/audit/export.jsonl", audit.export_lines, name="audit_lines"),
    path("profile/", profile.profile, name="profile"),
]

public_urlpatterns = [
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]

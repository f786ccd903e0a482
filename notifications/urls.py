from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("notifications/", views.notices, name="list"),
    path("notifications/reading/", views.reading, name="reading"),
    path("notifications/<int:message_id>/", views.notice, name="notice"),
    path("notifications/kinds/", views.kinds, name="kinds"),
    path("outbox/", views.outbox_list, name="outbox"),
    path("outbox/<int:message_id>/", views.letter, name="letter"),
    path("outbox/<int:message_id>/page/", views.letter_page, name="letter_page"),
]

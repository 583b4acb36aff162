"""Models and their cards."""

from django.urls import URLPattern, path

from apps.web.views import card_writing, cards

urlpatterns: list[URLPattern] = [
    path("models/", cards.models, name="models"),
    path("models/start/", card_writing.start, name="card-start"),
    path("models/<str:ref>/", cards.card, name="card"),
    path("models/<str:ref>/edit/", card_writing.edit, name="card-edit"),
    path("models/<str:ref>/publish/", card_writing.publish, name="card-publish"),
    path("models/<str:ref>/archive/", card_writing.archive, name="card-archive"),
    path("models/<str:ref>/editions/<int:number>/", cards.edition, name="card-edition"),
]

"""Models and their cards."""

from django.urls import URLPattern, path

from apps.web.views import card_files, card_life, card_writing, cards

urlpatterns: list[URLPattern] = [
    path("models/", cards.models, name="models"),
    path("models/start/", card_life.start, name="card-start"),
    path("models/<str:ref>/", cards.card, name="card"),
    path("models/<str:ref>/edit/", card_writing.edit, name="card-edit"),
    path("models/<str:ref>/edit/<slug:section>/", card_writing.section, name="card-section"),
    path("models/<str:ref>/preview/", card_writing.preview, name="card-preview"),
    path("models/<str:ref>/compare/", cards.comparison, name="card-compare"),
    path("models/<str:ref>/charts/<slug:chart>/", cards.metric_table, name="card-chart"),
    path("models/<str:ref>/fill/", card_life.fill, name="card-fill"),
    path("models/<str:ref>/submit/", card_life.submit, name="card-submit"),
    path("models/<str:ref>/take-back/", card_life.take_back, name="card-take-back"),
    path("models/<str:ref>/archive/", card_life.archive, name="card-archive"),
    path("models/<str:ref>/files/", card_files.files, name="card-files"),
    path("models/<str:ref>/files/<slug:name>/", card_files.download, name="card-file"),
    path("models/<str:ref>/editions/<int:number>/", cards.edition, name="card-edition"),
]

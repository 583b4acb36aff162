"""The catalog: its list, its graph, and a page for each component."""

from django.urls import URLPattern, path

from apps.web.views import catalog

urlpatterns: list[URLPattern] = [
    path("catalog/", catalog.component_list, name="catalog"),
    path("catalog/graph/", catalog.whole_graph, name="catalog-graph"),
    # A key holds a colon and a slash: model:default/credit-risk.
    path("catalog/<path:key>/", catalog.component, name="component"),
]

from django.urls import URLPattern, path

from apps.web.views import reviews

urlpatterns: list[URLPattern] = [
    path("reviews/", reviews.review_list, name="reviews"),
    path("reviews/<str:ref>/", reviews.review_detail, name="review"),
    path("reviews/<str:ref>/edit/", reviews.review_edit, name="review-edit"),
    path("reviews/<str:ref>/sign/", reviews.review_sign, name="review-sign"),
    path("reviews/<str:ref>/actions/", reviews.action_add, name="review-action-add"),
    path("reviews/<str:ref>/actions/<int:pk>/done/", reviews.action_done, name="review-action-done"),
]

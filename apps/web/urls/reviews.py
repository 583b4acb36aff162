from django.urls import URLPattern, path

from apps.web.views import review_writing, reviews

# What has a name of its own comes before the page of a review.
urlpatterns: list[URLPattern] = [
    path("reviews/", reviews.review_list, name="reviews"),
    path("reviews/lessons/", reviews.lessons, name="lessons"),
    path("reviews/<str:ref>/", reviews.review_detail, name="review"),
    path("reviews/<str:ref>/edit/", review_writing.review_edit, name="review-edit"),
    path("reviews/<str:ref>/sign/", reviews.review_sign, name="review-sign"),
    path("reviews/<str:ref>/timeline/", review_writing.moment_add, name="review-moment-add"),
    path("reviews/<str:ref>/timeline/<int:pk>/", review_writing.moment_edit, name="review-moment"),
    path("reviews/<str:ref>/factors/", review_writing.factor_add, name="review-factor-add"),
    path("reviews/<str:ref>/factors/<int:pk>/", review_writing.factor_edit, name="review-factor"),
    path("reviews/<str:ref>/records/", reviews.review_records, name="review-records"),
    path("reviews/<str:ref>/feedback/", reviews.review_feedback, name="review-feedback-all"),
    path("reviews/<str:ref>/feedback/<int:pk>/", review_writing.feedback, name="review-feedback"),
    path("reviews/<str:ref>/actions/", review_writing.action_add, name="review-action-add"),
    path("reviews/<str:ref>/actions/<int:pk>/done/", review_writing.action_done, name="review-action-done"),
    path(
        "reviews/<str:ref>/actions/<int:pk>/becomes/",
        review_writing.action_becomes,
        name="review-action-becomes",
    ),
]

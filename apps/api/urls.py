"""``/api/v1/``: the resources, the ledger's keys and the schema."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from apps.api.views import (
    approvals,
    calendar,
    cards,
    catalog,
    changes,
    discussions,
    emergency,
    exports,
    ledger,
    nothing,
    policy,
    reviews,
)

app_name = "api"

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("ledger/key", ledger.LedgerKey.as_view(), name="ledger-key"),
    path("ledger/keys", ledger.LedgerKeys.as_view(), name="ledger-keys"),
    path("catalog/components/", catalog.Components.as_view(), name="components"),
    path("catalog/components/<path:key>/versions/", catalog.Versions.as_view(), name="versions"),
    path("catalog/components/<path:key>/blast-radius/", catalog.BlastRadius.as_view(), name="blast-radius"),
    path("catalog/components/<path:key>/", catalog.ComponentDetail.as_view(), name="component"),
    path("changes/", changes.Changes.as_view(), name="changes"),
    path("changes/<str:ref>/", changes.ChangeDetail.as_view(), name="change"),
    path("changes/<str:ref>/blockers/", changes.Blockers.as_view(), name="blockers"),
    path("changes/<str:ref>/comments/", discussions.Comments.as_view(), name="comments"),
    path("changes/<str:ref>/asked/", policy.ChangeAsked.as_view(), name="change-asked"),
    path("changes/<str:ref>/go-ahead/intent/", emergency.GoAheadIntent.as_view(), name="go-ahead-intent"),
    path("changes/<str:ref>/go-ahead/", emergency.GoAhead.as_view(), name="go-ahead"),
    path("changes/<str:ref>/<str:step>/", changes.ChangeStep.as_view(), name="change-step"),
    path("approvals/", approvals.Approvals.as_view(), name="approvals"),
    path("approvals/<int:pk>/intent/", approvals.Intent.as_view(), name="sign-intent"),
    path("approvals/<int:pk>/sign/", approvals.Sign.as_view(), name="sign"),
    path("approvals/signatures/<int:pk>/", approvals.SignatureDetail.as_view(), name="signature"),
    path("approvals/signatures/<int:pk>/attestation/", approvals.Attestation.as_view(), name="attestation"),
    path("policy/", policy.Policies.as_view(), name="policy"),
    path("policy/<str:ref>/", policy.PolicyDetail.as_view(), name="policy-version"),
    path("calendar/bookings/", calendar.Bookings.as_view(), name="bookings"),
    path("calendar/bookings/<str:ref>/conflicts/", calendar.Conflicts.as_view(), name="conflicts"),
    path("calendar/freezes/", calendar.Freezes.as_view(), name="freezes"),
    path("calendar/freezes/<str:ref>/lift/", calendar.LiftFreeze.as_view(), name="lift-freeze"),
    path("cards/", cards.Cards.as_view(), name="cards"),
    path("cards/<str:ref>/", cards.CardDetail.as_view(), name="card"),
    path("cards/<str:ref>/publish/", cards.PublishCard.as_view(), name="publish-card"),
    path("reviews/", reviews.Reviews.as_view(), name="reviews"),
    path("reviews/<str:ref>/", reviews.ReviewDetail.as_view(), name="review"),
    path("reviews/<str:ref>/actions/", reviews.Actions.as_view(), name="review-actions"),
    path("reviews/<str:ref>/sign/", reviews.SignReview.as_view(), name="review-sign"),
    path("exports/", exports.Exports.as_view(), name="exports"),
    path("exports/<str:ref>/", exports.ExportDetail.as_view(), name="export"),
    path("exports/<str:ref>/cancel/", exports.Cancelled.as_view(), name="export-cancel"),
    path("exports/<str:ref>/file/", exports.File.as_view(), name="export-file"),
    path("exports/<str:ref>/bundle/", exports.Bundle.as_view(), name="bundle"),
    path("<path:rest>", nothing.Nothing.as_view(), name="nothing"),
]

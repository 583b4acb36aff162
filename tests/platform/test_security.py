from django.contrib.auth import get_user_model
from django.test import Client

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"


def test_any_page_when_served_carries_the_policy_and_the_headers() -> None:
    response = Client().get("/healthz")
    assert response.headers["Content-Security-Policy"].startswith(POLICY)
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_body_when_ten_megabytes_gets_a_clear_413() -> None:
    response = Client().post("/accounts/login/", data=b"x" * 10_000_000, content_type="text/plain")
    assert response.status_code == 413
    assert "2,500,000 bytes at most" in response.content.decode()


def test_body_when_ten_megabytes_for_the_api_gets_a_problem() -> None:
    response = Client().post("/api/v1/changes/", data=b"x" * 10_000_000, content_type="application/json")
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "Request too large"


def test_signup_when_tried_makes_nobody(db: None) -> None:
    Client().post("/accounts/signup/", {"username": "mallory", "password1": "a long enough password"})
    assert not get_user_model().objects.filter(username="mallory").exists()

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client

from apps.core.errors import Stale
from apps.web.errors import refusal
from portal.settings import MIDDLEWARE

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
    assert "takes 2.5 MB at once at most" in response.content.decode()


def test_body_when_ten_megabytes_for_the_api_gets_a_problem() -> None:
    response = Client().post("/api/v1/changes/", data=b"x" * 10_000_000, content_type="application/json")
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "Request too large"


class Sent:
    """A body that is made while it is read, and knows how much of it was asked for at once."""

    def __init__(self, size: int) -> None:
        self.left, self.most = size, 0

    def read(self, size: int = -1) -> bytes:
        asked = self.left if size < 0 else min(size, self.left)
        self.left, self.most = self.left - asked, max(self.most, asked)
        return b"x" * asked

    readline = read


@pytest.mark.parametrize("path", ["/api/v1/changes/CHG-1/evidence/", "/changes/CHG-1/evidence/"])
def test_report_when_a_hundred_megabytes_is_refused_and_never_held(path: str) -> None:
    body = Sent(100_000_000)
    answer = Client().post(path, **{"wsgi.input": body, "CONTENT_LENGTH": "100000000"})
    assert answer.status_code == 413
    assert "has 100.0 MB. The portal takes 21.0 MB at once at most" in answer.content.decode()
    assert (body.left, body.most <= 100_000) == (0, True)


def test_signup_when_tried_makes_nobody(db: None) -> None:
    Client().post("/accounts/signup/", {"username": "mallory", "password1": "a long enough password"})
    assert not get_user_model().objects.filter(username="mallory").exists()


def test_static_file_when_served_carries_the_policy(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.STATIC_ROOT, settings.MIDDLEWARE = str(tmp_path), MIDDLEWARE
    response = Client().head("/static/drawing.svg")
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"].startswith(POLICY)


def test_page_when_it_is_somebodys_is_kept_by_no_cache(db: None) -> None:
    assert Client().get("/help/").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("host", ["evil.example", "localhost:1@evil.example", "a b"])
def test_any_page_when_the_host_is_not_ours_is_400(host: str) -> None:
    response = Client(raise_request_exception=False).get("/accounts/login/", headers={"host": host})
    assert response.status_code == 400
    assert "We cannot read this request" in response.content.decode()


@pytest.mark.parametrize("path", ["/catalog/a%00b/", "/changes/CHG-%00/"])
def test_page_when_the_path_holds_nul_is_400(path: str) -> None:
    assert Client(raise_request_exception=False).get(path).status_code == 400


@pytest.mark.parametrize("path", ["catalog/components/a%00/", "changes/?state=%00"])
def test_call_when_the_address_holds_nul_gets_a_problem(path: str) -> None:
    response = Client(raise_request_exception=False).get(f"/api/v1/{path}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("referer", ["http://testserver//evil.example/", "http://testserver/\\evil.example"])
def test_refusal_when_the_referrer_leads_away_links_home(referer: str, db: None) -> None:
    request = HttpRequest()
    request.META = {"HTTP_REFERER": referer, "SERVER_NAME": "testserver", "SERVER_PORT": "80"}
    assert b"evil" not in _refused(request).content


def _refused(request: HttpRequest) -> HttpResponse:
    request.user = AnonymousUser()
    return refusal(request, Stale("It moved."))


@pytest.mark.parametrize("page", ["email/", "confirm-email/", "confirm-email/Mg:x:y/"])
def test_address_when_a_person_would_change_it_has_no_page(page: str, db: None) -> None:
    mallory = get_user_model().objects.create_user("mallory", "mallory@example.org", "a good secret")
    client = Client()
    client.force_login(mallory)
    assert client.get(f"/accounts/{page}").status_code == 404
    answer = client.post(f"/accounts/{page}", {"action_add": "", "email": "evil@example.net"})
    assert answer.status_code == 404

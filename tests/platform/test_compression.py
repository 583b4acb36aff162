import gzip
from pathlib import Path

from django.http import FileResponse, HttpResponse
from django.test import Client, RequestFactory

from portal.compression import CompressPages


def test_page_when_the_browser_takes_it_goes_out_compressed(db: None) -> None:
    plain = Client().get("/accounts/login/")
    packed = Client(headers={"Accept-Encoding": "gzip"}).get("/accounts/login/")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    # Django's guard against BREACH adds up to that many random bytes.
    assert len(packed.content) - CompressPages.max_random_bytes < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(packed.content)


def test_file_when_downloaded_keeps_its_length(db: None, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"x" * 5_000)

    def download(_: object) -> HttpResponse:
        return FileResponse(path.open("rb"))  # type: ignore[return-value]

    request = RequestFactory(headers={"Accept-Encoding": "gzip"}).get("/exports/EXP-1/download/")
    response = CompressPages(download)(request)
    assert response.headers["Content-Length"] == "5000"
    assert "Content-Encoding" not in response.headers
    response.close()

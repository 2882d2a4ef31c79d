"""The browser's client, which the app serves so that the page needs no build."""

from engine.transport import client_script


async def test_it_is_that_of_npm_where_it_is_installed(http_client, base_url, monkeypatch, tmp_path):
    monkeypatch.setattr(client_script, "INSTALLED", tmp_path / "installed.js")
    (tmp_path / "installed.js").write_text("// of npm")
    answer = await http_client.fetch(f"{base_url}/socket.io/socket.io.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.body == b"// of npm"


async def test_it_is_our_copy_where_it_is_not(http_client, base_url, monkeypatch, tmp_path):
    monkeypatch.setattr(client_script, "INSTALLED", tmp_path / "nowhere.js")
    answer = await http_client.fetch(f"{base_url}/socket.io/socket.io.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert b"Socket.IO v4." in answer.body[:100]
    assert b"MIT License" in answer.body[:200]


async def test_its_headers_can_be_asked_for_alone(http_client, base_url):
    answer = await http_client.fetch(f"{base_url}/socket.io/socket.io.js", method="HEAD")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert int(answer.headers["Content-Length"]) > 10_000

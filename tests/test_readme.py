"""What the README and docs/ say is so: their code runs, in a clone into which a reader has pasted it."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from models.__main__ import COMMANDS
from realtime import io
from settings import Settings
from tests.pasted import pasted

pytestmark = pytest.mark.shipped

ROOT = Path(__file__).parent.parent
PAGES = {page.stem: page.read_text() for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
EVERYTHING = "\n".join(PAGES.values())
NOT_CLONED = shutil.ignore_patterns(".*", "node_modules", "var", "__pycache__")
LANGUAGES = {"python", "js", "json", "sh", "ini", "caddyfile", "nginx"}
TESTS = "tests/handlers/test_votes.py"
ADDRESS = "http://localhost:8888"
REQUEST = 'import { request } from "./client/http.js";'
PRELUDE = 'import { io } from "socket.io-client"; setTimeout(process.exit, 10_000).unref();'


def blocks(language: str, text: str = EVERYTHING) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table in the section of that heading."""
    section = PAGES[page].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines[1:]]


def in_code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """A copy of the project with every Python block of the pages in the file that its first line names."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    shutil.copytree(ROOT, folder, ignore=NOT_CLONED)
    for block in blocks("python"):
        file = folder / re.match(r"# (\S+\.py)\n", block)[1]
        file.write_text(pasted(file.read_text(), block) if file.exists() else block)
    return folder


@pytest.fixture
def environment(mongodb_url, db, tmp_path) -> dict:
    """Has programs use the tests' MongoDB."""
    return {
        **os.environ,
        "MONGODB_URL": mongodb_url,
        "MONGODB_DATABASE": db.name,
        "VAR_DIR": str(tmp_path),
        "PORT": "0",
    }


@pytest.fixture
def url(clone, environment):
    """Where the clone's app is."""
    command = [sys.executable, "app.py"]
    with subprocess.Popen(command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True) as app:
        said = ""
        while not (found := re.search(r"http://localhost:\d+", said)):
            said += app.stdout.readline()
            assert app.poll() is None, said
        yield found[0]
        app.terminate()


@pytest.fixture
def post(url):
    """`post("/rooms", {"name": "Tea"}, jwt)` returns the answer."""

    def post(path: str, form: dict, jwt: str = "") -> dict:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {jwt}"}
        with urlopen(Request(url + path, json.dumps(form).encode(), headers)) as answer:
            return json.load(answer)

    return post


@pytest.fixture
def jwt(post) -> str:
    """The token of a user anna."""
    form = {"username": "anna", "email": "anna@example.com", "password": "correct horse"}
    return post("/auth/local/register", form)["jwt"]


@pytest.fixture
def run(node, url):
    """Runs JavaScript; iterating over what it returns gives what it prints, line by line."""
    running = []

    def run(*parts: str):
        script = "\n".join([PRELUDE, *parts]).replace(ADDRESS, url).replace("./client/", "./web/client/")
        command = [node, "--input-type=module", "-e", script]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return (line.strip() for line in running[-1].stdout)

    yield run
    for process in running:
        process.kill()
        process.communicate()


def test_the_readme_has_200_lines_at_most():
    assert len(PAGES["README"].splitlines()) <= 200


def test_prose_is_no_wider_than_code():
    for page, text in PAGES.items():
        prose = re.sub(r"^```.*?^```$|^\|.*$", "", text, flags=re.DOTALL | re.MULTILINE)
        assert [(page, line) for line in prose.splitlines() if len(line) > 120] == []


def test_the_first_handler_event_and_test_work(clone, environment):
    assert f"`.venv/bin/python -m pytest {TESTS}`" in PAGES["README"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", TESTS]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_all_else_that_a_reader_pastes_works(clone, environment):
    shutil.copy(ROOT / "tests" / "of_what_is_pasted.py", clone / "tests" / "test_pasted.py")
    pasted_tests = ["tests/test_pasted.py", "tests/models/test_votes.py", "tests/handlers/test_vote_limit.py"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *pasted_tests]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_reader_pastes_has_types_throughout(clone):
    (clone / ".venv").symlink_to(ROOT / ".venv")
    done = subprocess.run([ROOT / ".venv" / "bin" / "pyright"], cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_lines_that_show_the_point_work(run, post, jwt):
    room = post("/rooms", {"name": "Tea"}, jwt)
    said = run(f"const jwt = {json.dumps(jwt)};", blocks("js", PAGES["README"])[0])
    assert next(said) == "Hello anna@example.com"
    post(f"/rooms/{room['id']}/messages", {"text": "Hello"}, jwt)
    assert next(said) == "anna: Hello"


def test_one_gets_a_token_by_logging_in(run, jwt):
    said = run(blocks("js", PAGES["clients"])[0], "console.log(jwt.split('.').length, user.username);")
    assert next(said) == "3 anna"


def test_a_front_end_logs_in_and_raises_a_hand_with_the_files_that_it_copies(run, jwt):
    said = run(blocks("js", PAGES["clients"])[1], "console.log(JSON.stringify(ack));")
    assert {next(said), next(said), next(said)} == {"[]", "anna raises a hand", '{"ok":true}'}


def test_a_client_that_begins_anew_loads_what_it_shows(run, post, jwt):
    post("/rooms", {"name": "Tea"}, jwt)
    connect = f'const jwt = "{jwt}"; const socket = io("{ADDRESS}", {{ auth: {{ token: jwt }} }});'
    tokens = f'const tokens = {{ request: (method, path) => request(method, path, {{ url: "{ADDRESS}", jwt }}) }};'
    show = "const show = (room) => console.log(room.name);"
    said = run(REQUEST, connect, tokens, show, *blocks("js", PAGES["recovery"]))
    assert next(said) == "Tea"


async def test_an_error_looks_as_shown(call):
    assert (await call("GET", "/users/me")).json == json.loads(blocks("json")[0])


def test_every_block_of_code_is_run_by_a_test():
    assert len(blocks("js")) == 4
    assert set(re.findall(r"^```(\S+)", EVERYTHING, re.MULTILINE)) == LANGUAGES


def signature(call: str) -> tuple[str, inspect.Signature]:
    """The name and the parameters in "io.send(room, event)"."""
    name, parameters = re.fullmatch(r"@?io\.(\w+)\((.*)\)", call).groups()
    namespace = {}
    exec(f"def function({parameters}): pass", namespace)
    return name, inspect.signature(namespace["function"])


def without_types(function) -> inspect.Signature:
    found = inspect.signature(function)
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in found.parameters.values()]
    return inspect.Signature(plain)


def test_the_table_of_io_has_every_call_as_it_is():
    told = dict(signature(in_code(call)[0]) for call, _ in rows("realtime", "`io`"))
    for_the_app = {"attach", "beside", "drain", "user_room"}
    calls = {name for name, member in inspect.getmembers(type(io), inspect.isfunction) if not name.startswith("_")}
    assert told == {name: without_types(getattr(io, name)) for name in calls - for_the_app}


def test_the_places_in_the_table_are_there():
    for places, *_ in rows("README", "Where your code goes"):
        for place in in_code(places):
            assert (ROOT / place).exists(), place


def test_the_settings_in_the_table_are_settings_with_these_defaults():
    for name, default, _ in rows("production", "Settings"):
        field = Settings.model_fields[in_code(name)[0].lower()]
        assert in_code(default) == ([str(field.default)] if field.default else [])


def test_production_starts_with_the_settings_shown_once_they_hold_a_secret(tmp_path):
    shown = tmp_path / ".env"
    shown.write_text(blocks("ini")[0].replace("JWT_SECRET=\n", f"JWT_SECRET={'s' * 32}\n"))
    assert Settings(_env_file=shown).production


def test_the_commands_that_are_named_exist():
    prose = re.sub(r"^```.*?^```$", "", EVERYTHING, flags=re.DOTALL | re.MULTILINE)
    for target in set(re.findall(r"make ([a-z-]+)", "\n".join(blocks("sh") + in_code(prose)))):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target
    for command in re.findall(r"python -m models (\w+) anna", EVERYTHING):
        assert command in COMMANDS


def test_the_files_that_are_named_exist():
    for page, text in PAGES.items():
        folder = ROOT if page == "README" else ROOT / "docs"
        for file in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            assert (folder / file).exists(), file
    for folder in re.findall(r"^diff -ru (\S+)", EVERYTHING, re.MULTILINE):
        assert (ROOT / folder).is_dir()

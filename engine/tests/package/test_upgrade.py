"""What an upgrade refuses, and what it replaces. The whole of it is tested on a clone, by the app's tests."""

import shutil

import pytest

from engine.package import changelog, manifest, upgrade


def release(project, version: str, **files: str):
    """The folder engine/ of a project, at a version."""
    engine = project / "engine"
    engine.mkdir(parents=True)
    sections = [f"## 1.{minor}.0\n\nNew in 1.{minor}.\n" for minor in reversed(range(int(version[2]) + 1))]
    (engine / "CHANGELOG.md").write_text("# Changelog\n\n" + "\n".join(sections))
    for name, text in files.items():
        (engine / f"{name}.py").write_text(text)
    manifest.write(engine)
    return engine


@pytest.fixture
def ours(tmp_path):
    return release(tmp_path / "ours", "1.1.0", io="old", gone="old")


@pytest.fixture
def newer(tmp_path):
    return release(tmp_path / "newer", "1.3.0", io="new", more="new")


def test_the_changelog_tells_what_is_new_since_a_version(newer):
    assert changelog.version(newer) == "1.3.0"
    assert changelog.since(newer, "1.1.0") == "## 1.3.0\n\nNew in 1.3.\n\n## 1.2.0\n\nNew in 1.2.\n"
    assert changelog.is_newer("1.10.0", "1.9.3")


def test_all_of_a_newer_engine_takes_the_place_of_all_of_ours(ours, newer):
    upgrade.check(newer, ours)
    upgrade.replace(ours, newer)
    assert manifest.hashes(ours) == manifest.hashes(newer)
    assert [each.name for each in ours.parent.iterdir()] == ["engine"]


@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_it_may_come_in_an_archive(newer, tmp_path, kind):
    archive = shutil.make_archive(str(tmp_path / "archive"), kind, tmp_path, "newer")
    with upgrade.unpacked(tmp_path / archive) as unpacked:
        assert manifest.hashes(unpacked) == manifest.hashes(newer)


def test_an_engine_that_was_edited_is_not_replaced_and_the_files_are_named(ours, newer):
    (ours / "io.py").write_text("my own")
    with pytest.raises(upgrade.CannotUpgrade, match=r"engine/io\.py"):
        upgrade.check(newer, ours)


def test_one_that_is_not_as_it_was_released_is_not_taken(ours, newer):
    (newer / "io.py").write_text("broken off")
    with pytest.raises(upgrade.CannotUpgrade, match=r"io\.py"):
        upgrade.check(newer, ours)


def test_one_that_is_not_newer_is_not_taken(ours, newer):
    with pytest.raises(upgrade.CannotUpgrade, match=r"version 1\.1\.0 .* this is 1\.3\.0"):
        upgrade.check(ours, newer)


@pytest.mark.parametrize("source", ["nowhere", "ours/engine/io.py", "ours/engine"])
def test_what_is_no_starter_is_not_taken(ours, tmp_path, source):
    with pytest.raises(upgrade.CannotUpgrade, match="neither"), upgrade.unpacked(tmp_path / source):
        pass

"""Setup makes each thing once, makes it again when an input changed, and says in one line what is missing."""

import sys

import pytest
from tools import setup


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "STAMPS", tmp_path / ".venv/stamps")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "input").write_text("one")
    return tmp_path


@pytest.fixture
def step(checkout):
    made = []

    def make():
        made.append(1)
        (checkout / "proof").touch()

    return setup.Step("a step", [checkout / "input"], make, checkout / "proof"), made


def test_a_step_is_made_once(step, capsys):
    it, made = step
    assert not it.is_done()
    it.run()
    assert it.is_done()
    assert made == [1]
    assert capsys.readouterr().out.startswith("a step ")


def test_a_step_is_made_again_when_an_input_changed(step, checkout):
    it, _ = step
    it.run()
    (checkout / "input").write_text("two")
    assert not it.is_done()


def test_a_step_is_made_again_when_its_product_is_gone(step, checkout):
    it, _ = step
    it.run()
    (checkout / "proof").unlink()
    assert not it.is_done()


def test_a_step_is_made_again_when_the_checkout_moved(step, monkeypatch, checkout):
    it, _ = step
    it.run()
    kept = it.hash()
    monkeypatch.setattr(setup, "ROOT", checkout.parent)
    assert it.hash() != kept


def test_a_step_that_failed_half_way_is_not_taken_for_done(step, checkout):
    it, _ = step
    it.run()

    def fail():
        raise setup.SetupError("failed.")

    (checkout / "input").write_text("two")
    broken = setup.Step("a step", it.inputs, fail, it.proof)
    with pytest.raises(setup.SetupError):
        broken.run()
    (checkout / "input").write_text("one")
    assert not it.is_done()


def program(folder, name, says):
    (folder / name).write_text(f"#!/bin/sh\necho {says}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("programs", "target", "line"),
    [
        ({}, "run", "Node.js 20 or later with npm is needed"),
        ({"node": "v22.1.0"}, "run", "with npm is needed"),
        ({"node": "v18.20.1", "npm": "10"}, "run", "Node.js 20 or later is needed, this is v18.20.1"),
        ({"node": "v20.0.0", "npm": "10"}, "test", "Chromium is needed for the browser tests"),
    ],
)
def test_a_missing_program_is_named(tmp_path, monkeypatch, programs, target, line):
    for name, says in programs.items():
        program(tmp_path, name, says)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.SetupError, match=line) as refused:
        setup.check_tools(target)
    assert "\n" not in str(refused.value)


def test_what_is_there_suffices(tmp_path, monkeypatch):
    program(tmp_path, "node", "v20.0.0")
    program(tmp_path, "npm", "10")
    monkeypatch.setenv("PATH", str(tmp_path))
    setup.check_tools("run")


def test_an_old_python_is_named(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(setup.SetupError, match=r"Python 3\.11 or later is needed"):
        setup.check_tools("run")


def test_what_a_failed_program_said_is_shown():
    with pytest.raises(setup.SetupError, match="no space left") as refused:
        setup._call(["sh", "-c", "echo no space left >&2; exit 3"], hint="Try this.")
    assert str(refused.value).endswith("Try this.")


def test_an_unknown_target_is_told_the_known_ones(capsys):
    assert setup.main(["fly"]) == 2
    assert "run|check|test" in capsys.readouterr().err

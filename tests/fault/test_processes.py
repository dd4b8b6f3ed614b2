"""Any process of the house may be killed at any moment: it comes back, and what was acknowledged is there, once."""

import signal
import socket

import pytest
from tests.fault.houses import House, open_place, until


@pytest.fixture(scope="module")
def home():
    """A home that is prepared once: each test runs it again, which is itself a test that nothing is lost."""
    with open_place() as place:
        yield place / "var"


@pytest.fixture
def house(home):
    it = House(home).start("--no-sample")
    yield it
    it.stop()


def test_ctrl_c_leaves_no_process(house):
    until(house.is_well)
    everything = house.processes()
    assert len(everything) >= 4
    assert house.stop(signal.SIGINT) == 0
    assert not [process.pid for process in everything if process.is_alive()]
    assert not (house.home / "pg/postmaster.pid").exists()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_child_comes_back(house, name):
    until(house.is_well)
    killed = house.kill(name)
    until(lambda: house.child(name) not in (None, killed.pid))
    until(house.is_well)
    assert any(line.startswith(f"{name} ended (signal 9)") for line in house.lines)


def test_a_killed_database_comes_back(house):
    until(house.is_well)
    killed = house.kill("postgres")
    until(lambda: house.is_well() and house.postmaster() != killed.pid)


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_one_finds_everything(house):
    until(house.is_well)
    everything = house.processes()
    house.kill("supervisor")
    until(lambda: not any(process.is_alive() for process in everything))
    house.start("--no-sample")
    until(house.is_well)


def test_after_everything_was_killed_at_once_the_next_start_recovers(house):
    until(house.is_well)
    for name in ("supervisor", "postgres"):
        house.kill(name)
    house.start("--no-sample")
    until(house.is_well)


def test_a_second_run_of_the_same_home_says_so(house):
    second = house.command("run", "--no-sample")
    assert second.returncode == 1
    assert f"already runs with this home (process {house.process.pid}, http://127.0.0.1:{house.port})" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    until(house.is_well)


def test_a_taken_port_says_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        house = House(tmp_path / "var", taken.getsockname()[1])
        refused = house.command("run")
    assert refused.returncode == 1
    assert "cannot be opened" in refused.stderr
    assert f"LIANGXI_PORT={house.port + 1}" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (house.home / "pg").exists()


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    house = House(tmp_path / "var", port)
    refused = house.command("run")
    assert refused.returncode == 1
    assert refused.stderr.startswith("liangxi: LIANGXI_PORT must be a whole number from 1 to 65535")

"""The file for Docker Compose, as text: that it is what the generator writes, and says of each fake what its plan says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import lab.compose
from lab.compose import compose, service_name
from lab.fake import load_fakes
from lab.plan import PlanError, lay_out

ROOT = Path(__file__).parents[2]
CLI = [sys.executable, "-P", "-m", "lab.cli"]
# What both docker-compose 1.29 (its compose_spec.json) and Compose v2 (compose-spec, spec.md) take at a service.
BOTH_KNOW = {
    "build",
    "cap_add",
    "cap_drop",
    "command",
    "depends_on",
    "dns",
    "environment",
    "healthcheck",
    "image",
    "mac_address",
    "mem_limit",
    "networks",
    "pids_limit",
    "profiles",
    "read_only",
    "restart",
    "security_opt",
    "stop_grace_period",
    "sysctls",
    "tmpfs",
    "user",
    "volumes",
}


def service(name: str) -> str:
    """The lines of one service."""
    found = re.search(rf"^  {name}:\n((?:    .*\n)+)", compose(), re.MULTILINE)
    assert found
    return found[1]


def test_the_committed_file_is_what_the_generator_writes():
    assert (ROOT / "lab/compose.yaml").read_text() == compose(), "tocsin-lab compose -o lab/compose.yaml"


def test_only_what_both_programs_know_stands_at_a_service():
    head, _, services = compose().partition("\nservices:\n")
    shared = head.partition("x-guarded:")[2].partition("x-ready:")[0]
    used = set(re.findall(r"^  (\w+):", shared, re.MULTILINE)) | set(re.findall(r"^    (\w+):", services, re.MULTILINE))
    assert used <= BOTH_KNOW
    assert "mac_address" in used


@pytest.mark.parametrize("one", lay_out("10.77.0.0/24", only=("all",)).placed, ids=lambda one: one.name)
def test_each_fake_stands_where_its_plan_puts_it_with_its_own_mac(one):
    lines = service(service_name(one.fake))
    host = one.address.rpartition(".")[2]
    assert f'mac_address: "{one.fake.mac}"' in lines
    assert f'ipv4_address: "10.77.${{SEAT:-0}}.{host}"' in lines
    assert f'[tocsin-lab, serve, {one.name}, --address, "10.77.${{SEAT:-0}}.{host}", ' in lines
    assert ("profiles:" in lines) == (one.fake.quarter != "centre")


def test_the_scanner_waits_for_the_whole_centre():
    waits = re.findall(r"^      ([a-z0-9-]+): \{condition: service_healthy\}$", compose(), re.MULTILINE)
    assert waits == [service_name(fake) for fake in load_fakes() if fake.quarter == "centre"]


def test_a_fake_where_docker_has_its_bridge_is_named(monkeypatch):
    monkeypatch.setattr(lab.compose, "BRIDGE_HOST", 245)
    with pytest.raises(PlanError, match=r"time_server.*: Docker's bridge has the host number 245"):
        compose()


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    said = subprocess.run(
        [*CLI, "compose", "-o", str(tmp_path / "none" / "x")], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert said.stderr == f"Error: cannot write {tmp_path}/none/x: No such file or directory\n"

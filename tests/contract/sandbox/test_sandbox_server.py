"""The server itself: starting, stopping, signals, speed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest
import requests
from contract.sandbox.http_client import Http

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

SERVE = """
from syncworker.sandbox.server import serve
serve(0, on_ready=lambda server: print(server.url, flush=True))
print("ended", flush=True)
"""


def test_a_server_is_there_inside_its_context_and_gone_after_it() -> None:
    with SandboxServer(tier="free") as server:
        assert requests.get(f"{server.url}/_sandbox/stats", timeout=5).status_code == 200
        assert server.portal.limits.burst == 100
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/_sandbox/stats", timeout=5)


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with SandboxServer() as server, pytest.raises(OSError, match="in use"):
        SandboxServer(port=server.port)


def test_a_request_that_hangs_does_not_keep_the_server_open() -> None:
    lost: list[Exception] = []

    def ask(url: str) -> None:
        try:
            requests.get(f"{url}/crm/v3/owners", timeout=30)
        except requests.ConnectionError as error:
            lost.append(error)

    with SandboxServer() as server:
        requests.post(f"{server.url}/_sandbox/faults", json={"hang": 30}, timeout=5)
        client = threading.Thread(target=ask, args=(server.url,))
        client.start()
        while server.portal.faults.waiting:
            time.sleep(0.01)
        start = time.monotonic()
    client.join()
    assert time.monotonic() - start < 5
    assert len(lost) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-W", "error", "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/_sandbox/state", timeout=5).status_code == 200
        process.send_signal(number)
        assert process.stdout.read() == "ended\n"
        assert process.wait(10) == 0


def test_a_batch_of_a_hundred_is_quick(sandbox: SandboxServer, http: Http) -> None:
    rows = [{"properties": {"name": f"{n}"}} for n in range(100)]
    made = http.post("/crm/v3/objects/companies/batch/create", {"inputs": rows}).json()["results"]
    spent = []
    for turn in range(5):
        rows = [
            {
                "id": row["id"],
                "objectWriteTraceId": row["id"],
                "properties": {"city": f"{turn}", "numberofemployees": f"{turn}"},
            }
            for row in made
        ]
        start = time.process_time()
        answer = http.post("/crm/v3/objects/companies/batch/update", {"inputs": rows})
        spent.append(time.process_time() - start)
        assert len(answer.json()["results"]) == 100
    # Client and server together; the client's own part is about half.
    assert min(spent) < 0.05


def test_twenty_thousand_records_are_held_and_searched() -> None:
    portal = Portal(limits=False)
    with SandboxServer(portal) as server:
        client = Http(server)
        for start in range(0, 20_000, 100):
            rows = [{"properties": {"domain": f"d{start + n}.example"}} for n in range(100)]
            client.post("/crm/v3/objects/companies/batch/create", {"inputs": rows})
        wanted = [f"d{n}.example" for n in range(0, 20_000, 200)]
        one = {"propertyName": "domain", "operator": "IN", "values": wanted}
        body = {"filterGroups": [{"filters": [one]}], "limit": 200}
        begin = time.monotonic()
        found = client.post("/crm/v3/objects/companies/search", body).json()
        assert found["total"] == 100
        assert time.monotonic() - begin < 2
        client.session.close()

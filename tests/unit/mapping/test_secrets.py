from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.loader import Loaded
from syncworker.mapping.render_diagnostics import as_github, as_json, as_text

Load = Callable[[str], Loaded]
SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "line",
    [
        "hidden: pat-eu1-{}-1234",
        "hidden: sk_live_{}",
        "hidden: postgresql://me:{}@db/app",
        "hidden: https://x.io/?a=1&token={}",
        "hidden: https://x.io/?api_key={}",
        "token: {}",
        "api_key: {}",
        "client_secret: '{}'",
        "DB_PASSWORD: {}",
        "password: |\n  {}",
        "# once pat-na1-{}-1234",
        "# token: pat-na1-{}",
        "pat-na1-{}-12: pat-na1-{}-12",
        "objects: {{pat-na1-{}-12: [}}",
        "\tpassword:{}",
        "password:{}",
        "hidden: {{client_id: env:A, client_secret: {}, refresh_token: env:B",
        "hidden: {{'client_secret': {}}}",
    ],
)
def test_a_secret_is_found_and_shown_nowhere(load_text: Load, mapping_text: str, line: str) -> None:
    loaded = load_text(
        mapping_text + line.replace("{}", SECRET).replace("{{", "{").replace("}}", "}") + "\n"
    )
    shown = (
        as_text(loaded.diagnostics) + as_json(loaded.diagnostics) + as_github(loaded.diagnostics)
    )
    assert SECRET not in shown
    assert loaded.mapping is None
    if "password:{" not in line and not line.endswith("env:B"):
        assert "SW110" in {d.code for d in loaded.diagnostics}


def test_a_bare_token_in_place_of_a_reference_is_masked(load_text: Load, mapping_text: str) -> None:
    loaded = load_text(mapping_text.replace("env:ACME_TOKEN", SECRET))
    assert [d.code for d in loaded.diagnostics] == ["SW113"]
    assert SECRET not in as_text(loaded.diagnostics)
    assert "*" * len(SECRET) in as_text(loaded.diagnostics)


def test_only_the_secret_is_said_about_a_line_with_one(load_text: Load, mapping_text: str) -> None:
    loaded = load_text(mapping_text + f"token: pat-eu1-{SECRET}\n")
    assert [d.code for d in loaded.diagnostics] == ["SW110"]


@pytest.mark.parametrize(
    "line",
    ["      reset_token: mrr", "      partner_key: not_a_metric"],
)
def test_a_property_called_like_a_secret_is_none(
    load_text: Load, mapping_text: str, line: str
) -> None:
    text = mapping_text.replace("      saas_mrr: mrr", f"{line}\n      saas_mrr: mrr")
    assert "SW110" not in {d.code for d in load_text(text).diagnostics}


def test_a_reference_is_no_secret_whatever_its_key(load_text: Load, mapping_text: str) -> None:
    found = load_text(mapping_text + "token: env:NAME\npassword:\nsecret: true\n").diagnostics
    assert {d.code for d in found} == {"SW102"}

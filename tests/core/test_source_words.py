"""What readers are told of a source that failed: why, and not where it is read from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.source_words import without_address

_HOSTS = st.sampled_from(
    ["10.0.0.3", "feeds.corp.example:8080", "[fd00::3]:81", "localhost", "e.org"]
)
_PATHS = st.sampled_from(["", "/", "/private/feed.xml", "/a/b?token=x&day=2", "/x:y/(z"])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("http://127.0.0.1:1/feed.xml: connection refused", "connection refused"),
        ("https://e.org/a answers 500 the server is failing", "answers 500 the server is failing"),
        (
            "http://e.org/a: no connection (asked through the proxy http://proxy.corp:3128)",
            "no connection",
        ),
        ("inbox /srv/My Papers/in: permission denied", "permission denied"),
        (
            "inbox /srv/in: a.jsonl: not readable; b.jsonl: not readable",
            "a.jsonl: not readable; b.jsonl: not readable",
        ),
        (
            "export.arxiv.org: too many others are waiting to ask it",
            "too many others are waiting to ask it",
        ),
        (
            "the pause between requests to arxiv.org cannot be kept in /var/lib/papers: no space",
            "the pause between requests to arxiv.org cannot be kept in …: no space",
        ),
        ("has not answered since 21 Nov 09:29 UTC", "has not answered since 21 Nov 09:29 UTC"),
        (
            "broke with KeyError, a mistake in the code",
            "broke with KeyError, a mistake in the code",
        ),
        ("", ""),
    ],
)
def test_of_an_error_readers_are_told_the_cause_alone(error: str, told: str) -> None:
    assert without_address(error) == told


@given(
    st.sampled_from(["http", "https"]), _HOSTS, _PATHS, st.sampled_from([": ", " answers 404: "])
)
def test_no_address_goes_out_to_readers(scheme: str, host: str, path: str, between: str) -> None:
    address = f"{scheme}://{host}{path}"
    told = without_address(f"{address}{between}redirected to {address} and gave up")
    assert host not in told
    assert told.endswith("and gave up")

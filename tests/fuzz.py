"""What the fuzz tests share: any text, any JSON, and the same examples in every run."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

fuzzed = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""The same examples in every run, so that everybody sees a failure; no time limit decides it."""

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
"""With NUL, lone surrogates and whatever else Unicode has."""
huge = st.sampled_from([10**400, -(10**400), float("inf"), float("nan"), 1e308])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | huge | any_text


def any_json(*words: str) -> st.SearchStrategy[Any]:
    """Any JSON value; among its keys and texts are these words, which the tested code knows."""
    texts = st.sampled_from(words or ("",)) | any_text
    leaves = scalars | texts
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=5), max_leaves=12
    )

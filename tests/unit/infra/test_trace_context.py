"""Places in a trace, read and written as OpenTelemetry's own propagator does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from infra.trace_context import TraceContext, new_trace, read_headers, read_traceparent

HEX = "0123456789abcdef"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def hexadecimal(digits: int) -> st.SearchStrategy[str]:
    return st.text(HEX, min_size=digits, max_size=digits)


ALMOST = st.tuples(
    st.sampled_from(["00", "01", "cc", "ff", "0", "0g"]),
    st.one_of(hexadecimal(32), st.just("0" * 32), hexadecimal(31), st.just(TRACE.upper())),
    st.one_of(hexadecimal(16), st.just("0" * 16), hexadecimal(17)),
    st.sampled_from(["00", "01", "03", "ff", "1", "zz"]),
    st.sampled_from(["", "-", "-more", " ", "x"]),
).map(lambda parts: "-".join(parts[:4]) + parts[4])


@settings(deadline=None)
@given(st.one_of(ALMOST, st.text(max_size=60)))
def test_a_header_means_what_it_means_to_opentelemetry(text: str) -> None:
    theirs = get_current_span(TraceContextTextMapPropagator().extract({"traceparent": text})).get_span_context()

    ours = read_traceparent(text)

    assert (ours is not None) == theirs.is_valid
    if ours is not None:
        assert (int(ours.trace_id, 16), int(ours.span_id, 16)) == (theirs.trace_id, theirs.span_id)
        assert ours.is_sampled == theirs.trace_flags.sampled


@given(hexadecimal(32).filter(lambda id: int(id, 16) > 0), hexadecimal(16).filter(lambda id: int(id, 16) > 0))
def test_what_is_written_is_read_as_it_was(trace: str, span: str) -> None:
    for is_sampled in (True, False):
        place = TraceContext(trace, span, is_sampled)
        assert read_traceparent(place.traceparent()) == place


def test_google_writes_spans_in_decimal() -> None:
    for options, is_sampled in ((";o=1", True), (";o=0", False), ("", False)):
        told = read_headers({"x-cloud-trace-context": f"{TRACE.upper()}/{int(SPAN, 16)}{options}"})
        assert told == TraceContext(TRACE, SPAN, is_sampled)


def test_w3c_goes_before_google_and_nonsense_before_nothing() -> None:
    cloud = f"{'1' * 32}/1;o=1"

    assert read_headers({"traceparent": f"00-{TRACE}-{SPAN}-01", "x-cloud-trace-context": cloud}) == TraceContext(
        TRACE, SPAN, is_sampled=True
    )
    assert read_headers({"traceparent": "?", "x-cloud-trace-context": cloud}) is not None
    for odd in (f"{TRACE}/0;o=1", f"{TRACE}/{2**64};o=1", f"{'0' * 32}/1", "/", "٣" * 32 + "/٣"):
        assert read_headers({"x-cloud-trace-context": odd}) is None


def test_each_new_trace_is_another_one() -> None:
    made = {new_trace().trace_id for _ in range(100)}

    assert len(made) == 100
    assert all(read_traceparent(f"00-{trace}-{SPAN}-00") for trace in made)

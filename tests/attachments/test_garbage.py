"""Whatever bytes come, the answer is a kind or a refusal, soon."""

from __future__ import annotations

import random
import time
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanxin.attachments import inspection
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.inspect.child import answer
from tests.attachments.making import chunk, docx, every, jpeg, ofd, pdf, png, printed, segment

SIGNATURES = [
    b"",
    b"%PDF-1.7\n",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
]
SAMPLES = [*every().values(), pdf(packed_objects=[b"<</A/B>>"]), docx({"word/media/": ""})]


def judged(data: bytes) -> None:
    """The file is taken or refused in words, within the seconds of the processor that its inspection may take."""
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a zip with a name twice
        said = answer(data)
    assert time.process_time() - start < inspection.LIMITS.seconds
    if "code" in said:
        particulars = said["particulars"]
        assert isinstance(particulars, dict)
        assert AttachmentError(str(said["code"]), **particulars).zh


@given(st.sampled_from(SIGNATURES), st.binary(max_size=4000))
@settings(max_examples=400, deadline=None)
def test_garbage_is_refused_in_words(signature: bytes, rest: bytes) -> None:
    judged(signature + rest)


@given(st.sampled_from(SAMPLES), st.integers(0, 1 << 32), st.integers(1, 6))
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_good_files_with_bytes_changed_are_taken_or_refused_in_words(data: bytes, seed: int, changes: int) -> None:
    dice, changed = random.Random(seed), bytearray(data)
    for _ in range(changes):
        at = dice.randrange(len(changed))
        match dice.randrange(4):
            case 0:
                changed[at] = dice.randrange(256)
            case 1:
                del changed[at : at + dice.randrange(1, 50)]
            case 2:
                changed[at:at] = dice.randbytes(dice.randrange(1, 50))
            case _:
                other = dice.choice(SAMPLES)
                start = dice.randrange(len(other))
                changed[at:at] = other[start : start + dice.randrange(1, 200)]
        changed = changed or bytearray(b"x")
    judged(bytes(changed))


@given(st.sampled_from(SAMPLES), st.sampled_from(SAMPLES), st.booleans())
@settings(max_examples=100, deadline=None)
def test_two_files_in_one_are_never_taken(one: bytes, other: bytes, nul: bool) -> None:
    assert "code" in answer(one + (b"\0" if nul else b"") + other)


@given(st.sampled_from(SAMPLES), st.integers(1, 10**6))
@settings(max_examples=200, deadline=None)
def test_a_file_that_breaks_off_is_never_taken(data: bytes, missing: int) -> None:
    cut = data[: max(0, len(data) - 1 - missing % (len(data) - 1))]
    if data.startswith(b"%PDF-") and not data[len(cut) :].strip(b"\n"):
        return  # a line end was missing
    assert "code" in answer(cut)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * (10 << 20),
        b"\xff\xd8\xff\xe0" + bytes((0, 2, 255, 224)) * (2 << 20),
        b"\x89PNG\r\n\x1a\n" + bytes(10 << 20),
        b"%PDF-1.7\n" + b"1 0 obj" * (1 << 20) + b"%%EOF",
        b"%PDF-1.7\n" + b"<<" * (4 << 20) + b"%%EOF",
        b"%PDF-1.7\n" + b"[" * (8 << 20) + b"\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\n" + b"/ObjStm stream\n" * (600 << 10) + b"%%EOF",
        b"PK\x03\x04" + b"PK\x05\x06" * (2 << 20),
        b"PK\x03\x04" * (2 << 20),
        b"/" * (10 << 20),
        b"%PDF-1.7\n" + b"/#" * (5 << 20) + b"%%EOF",
        png(more=chunk(b"teXt", b"") * 800_000),
        jpeg(more=segment(0xFE, b"") * 2_000_000),
    ],
    ids=range(13),
)
def test_what_is_made_to_take_long_does_not(data: bytes) -> None:
    judged(data)


def test_the_samples_are_good() -> None:
    assert [data[:8] for data in (*SAMPLES, jpeg(), png(), ofd(), printed()) if "code" in answer(data)] == []

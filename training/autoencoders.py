# Copyright 2026 fakeface_ros maintainers
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""The autoencoders of the thesis: the reference and the five others that its survey names.

Every kind is two Keras models over the same layers: `trainer` carries the noise and the extra loss
terms of its kind, `network` is the plain function that is exported (crops to code and
reconstruction). Only keras.ops is used, so every Keras backend trains the same model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from training.penalties import GaussianSample, JacobianPenalty, KLSparsity, PerturbedCopy

SIZE_PX = 128
REFERENCE_KIND = "deep_convolutional"


@dataclass(frozen=True)
class Autoencoder:
    """One autoencoder in its two forms, which share their layers and weights.

    trainer: crops (N, S, S, 3) in [0, 1] -> reconstruction (N, S, S, 3), with the kind's loss
    terms.
    network: crops (N, S, S, 3) -> [code (N, h, w, c), reconstruction (N, S, S, 3)], deterministic.
    """

    kind: str
    trainer: keras.Model
    network: keras.Model

    @property
    def parameters(self) -> int:
        """Number of weights of the exported network."""
        return int(self.network.count_params())


def _conv(filters: int, name: str, activation: str = "relu") -> keras.layers.Layer:
    return keras.layers.Conv2D(filters, 3, padding="same", activation=activation, name=name)


def _chain(layers: list[keras.layers.Layer], shape: tuple[int, ...], name: str) -> keras.Model:
    inputs = keras.Input(shape, name=f"{name}_input")
    values = inputs
    for layer in layers:
        values = layer(values)
    return keras.Model(inputs, values, name=name)


def _encoder(size_px: int, code_activation: str = "relu") -> keras.Model:
    """The thesis's table 3.1: three convolutions, each halved; 128 px -> (16, 16, 16)."""
    layers: list[keras.layers.Layer] = []
    for level, filters in enumerate((64, 32, 16), start=1):
        layers.append(_conv(filters, f"encode_{level}", code_activation if level == 3 else "relu"))
        layers.append(keras.layers.MaxPooling2D(2, padding="same", name=f"pool_{level}"))
    return _chain(layers, (size_px, size_px, 3), "encoder")


def _decoder(size_px: int) -> keras.Model:
    """The thesis's table 3.2 as its listing (figure 3.5) compiles: (16, 16, 16) -> 128 px."""
    layers: list[keras.layers.Layer] = []
    for level, filters in enumerate((16, 32, 64), start=1):
        layers.append(_conv(filters, f"decode_{level}"))
        layers.append(keras.layers.UpSampling2D(2, name=f"upsample_{level}"))
    layers.append(_conv(3, "reconstruct", "sigmoid"))
    return _chain(layers, (size_px // 8, size_px // 8, 16), "decoder")


def _bottleneck_decoder(size_px: int, code_size: int) -> keras.Model:
    """From a code of (1, 1, code_size) to the reference decoder's grid and on."""
    side = size_px // 8
    return _chain(
        [
            keras.layers.Flatten(name="flatten_code"),
            keras.layers.Dense(side * side * 16, activation="relu", name="expand"),
            keras.layers.Reshape((side, side, 16), name="grid"),
            _decoder(size_px),
        ],
        (1, 1, code_size),
        "bottleneck_decoder",
    )


def _pair(
    kind: str,
    size_px: int,
    encoder: keras.Model,
    decoder: keras.Model,
    noisy: Callable | None = None,
    coded: Callable | None = None,
) -> Autoencoder:
    """Join encoder and decoder; `noisy` and `coded` act on the training path only."""
    crops = keras.Input((size_px, size_px, 3), name="crops")
    seen = noisy(crops) if noisy else crops
    code = encoder(seen)
    if coded:
        code = coded(seen, code)
    trainer = keras.Model(crops, decoder(code), name=f"{kind}_trainer")
    plain = keras.Input((size_px, size_px, 3), name="crops")
    plain_code = encoder(plain)
    network = keras.Model(plain, [plain_code, decoder(plain_code)], name=kind)
    return Autoencoder(kind, trainer, network)


def deep_convolutional(size_px: int = SIZE_PX) -> Autoencoder:
    """The reference: THESIS.md's convolutional autoencoder, 52,067 parameters, loss MSE."""
    return _pair("deep_convolutional", size_px, _encoder(size_px), _decoder(size_px))


def undercomplete(size_px: int = SIZE_PX, code_size: int = 128) -> Autoencoder:
    """A bottleneck of `code_size` numbers is the only regulariser.

    Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science
    2006.
    """
    features = _encoder(size_px)
    encoder = _chain(
        [
            features,
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(code_size, name="bottleneck"),
            keras.layers.Reshape((1, 1, code_size), name="code"),
        ],
        (size_px, size_px, 3),
        "bottleneck_encoder",
    )
    decoder = _bottleneck_decoder(size_px, code_size)
    return _pair("undercomplete", size_px, encoder, decoder)


def sparse(size_px: int = SIZE_PX, activity: float = 0.05, weight: float = 1e-3) -> Autoencoder:
    """Sigmoid code units held to a mean `activity` by a Kullback-Leibler term times `weight`.

    Lee, Ekanadham and Ng, "Sparse deep belief net model for visual area V2", NeurIPS 2007;
    Ng, "Sparse autoencoder", CS294A lecture notes, 2011.
    """
    penalty = KLSparsity(activity, weight, name="sparsity")
    return _pair(
        "sparse",
        size_px,
        _encoder(size_px, "sigmoid"),
        _decoder(size_px),
        coded=lambda seen, code: penalty(code),
    )


def contractive(
    size_px: int = SIZE_PX, weight: float = 1e-3, step: float = 1e-2, seed: int = 0
) -> Autoencoder:
    """MSE plus `weight` times the squared Frobenius norm of the encoder's Jacobian.

    The norm is per code value.
    Rifai et al., "Contractive auto-encoders: explicit invariance during feature extraction", ICML
    2011.
    The norm is estimated by finite differences along random directions (see JacobianPenalty).
    """
    encoder = _encoder(size_px)
    copy = PerturbedCopy(step, seed, name="perturbed")
    penalty = JacobianPenalty(weight, step, name="contraction")
    return _pair(
        "contractive",
        size_px,
        encoder,
        _decoder(size_px),
        coded=lambda seen, code: penalty([code, encoder(copy(seen))]),
    )


def denoising(size_px: int = SIZE_PX, noise: float = 0.1, seed: int = 0) -> Autoencoder:
    """Sees crops with Gaussian noise of standard deviation `noise`, must return the clean ones.

    Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML
    2008.
    """
    layer = keras.layers.GaussianNoise(noise, seed=seed, name="corruption")
    return _pair("denoising", size_px, _encoder(size_px), _decoder(size_px), noisy=layer)


def variational(
    size_px: int = SIZE_PX, code_size: int = 128, decoder_variance: float = 0.02, seed: int = 0
) -> Autoencoder:
    """Gaussian code with a standard normal prior; the exported code is the mean.

    Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014. With a Gaussian decoder of
    variance v over D values, the negative evidence bound times 2v/D is MSE + (2v/D) KL, so the
    term is weighted by 2 * `decoder_variance` / D beside the mean squared error.
    """
    features = _chain(
        [_encoder(size_px), keras.layers.Flatten(name="flatten")],
        (size_px, size_px, 3),
        "features",
    )
    crops = keras.Input((size_px, size_px, 3), name="crops")
    hidden = features(crops)
    as_grid = keras.layers.Reshape((1, 1, code_size), name="code")
    mean = as_grid(keras.layers.Dense(code_size, name="mean")(hidden))
    spread = keras.layers.Dense(code_size, kernel_initializer="zeros", name="log_variance")(hidden)
    log_variance = keras.layers.Reshape((1, 1, code_size), name="log_variance_grid")(spread)
    decoder = _bottleneck_decoder(size_px, code_size)
    weight = 2.0 * decoder_variance / (size_px * size_px * 3)
    sample = GaussianSample(weight, seed, name="sample")([mean, log_variance])
    trainer = keras.Model(crops, decoder(sample), name="variational_trainer")
    network = keras.Model(crops, [mean, decoder(mean)], name="variational")
    return Autoencoder("variational", trainer, network)


KINDS: dict[str, Callable[..., Autoencoder]] = {
    build.__name__: build
    for build in (deep_convolutional, undercomplete, sparse, contractive, denoising, variational)
}


def build_autoencoder(kind: str, size_px: int = SIZE_PX, **options: float) -> Autoencoder:
    """Build one kind by name.

    Args:
        kind: one of KINDS.
        size_px: side S of the crops, a multiple of 8.
        options: the kind's own settings, as its function names them.

    Raises:
        ValueError: unknown kind or option, or a size that is not a multiple of 8.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r} is not an autoencoder; use one of {', '.join(KINDS)}")
    if size_px <= 0 or size_px % 8:
        raise ValueError(f"size_px: {size_px} is not a positive multiple of 8")
    try:
        return KINDS[kind](size_px, **options)
    except TypeError as error:
        raise ValueError(
            f"options: {sorted(options)} do not fit kind {kind!r}: {error}"
        ) from error

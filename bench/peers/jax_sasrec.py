"""SASRec in jax as a servant of the benchmark: the cost of an epoch after one that compiles. Batches hold histories of like lengths, padded."""
import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=true intra_op_parallelism_threads=2")
import jax
import jax.numpy as jnp
import numpy as np
from training import Clock, peak, rows, serve


def norm(x, gain, shift):
    mean = x.mean(-1, keepdims=True)
    return gain * (x - mean) / jnp.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-6) + shift


def init(key, columns, d, length, blocks):
    keys = iter(jax.random.split(key, 2 + 4 * blocks))
    glorot = lambda a, b: jax.random.normal(next(keys), (a, b)) * (2 / (a + b)) ** 0.5
    ones, zeros = jnp.ones(d), jnp.zeros(d)
    own = {"items": 0.02 * jax.random.normal(next(keys), (columns + 1, d)), "places": 0.02 * jax.random.normal(next(keys), (length, d))}
    own["blocks"] = [
        {"a": (ones, zeros), "qkv": glorot(d, 3 * d), "out": glorot(d, d), "b": (ones, zeros),
         "up": (glorot(d, 4 * d), jnp.zeros(4 * d)), "down": (glorot(4 * d, d), zeros)}
        for _ in range(blocks)
    ]
    return {**own, "last": (ones, zeros)}


def encode(p, inputs, key, rate):
    length, d = inputs.shape[1], p["items"].shape[1]
    keys = iter(jax.random.split(key, 1 + 3 * len(p["blocks"])))
    drop = lambda x: jnp.where(jax.random.bernoulli(next(keys), 1 - rate, x.shape), x / (1 - rate), 0.0)
    real = inputs > 0
    x = drop(p["items"][inputs] * d**0.5 + p["places"][-length:]) * real[..., None]
    may = jnp.tril(jnp.ones((length, length), bool))[None] & real[:, None, :]
    for block in p["blocks"]:
        q, k, v = jnp.split(norm(x, *block["a"]) @ block["qkv"], 3, -1)
        shares = jax.nn.softmax(jnp.where(may, jnp.einsum("bid,bjd->bij", q, k) / d**0.5, -1e9), -1)
        x = x + drop(jnp.einsum("bij,bjd->bid", drop(shares), v) @ block["out"])
        up = jax.nn.gelu(norm(x, *block["b"]) @ block["up"][0] + block["up"][1])
        x = x + drop(up @ block["down"][0] + block["down"][1])
    return norm(x, *p["last"])


def loss_of(p, inputs, targets, at, weight, negatives, key, rate):
    h = encode(p, inputs, key, rate).reshape(-1, p["items"].shape[1])[at]
    target = targets.reshape(-1)[at]
    liked = (h * p["items"][target]).sum(-1)
    others = jnp.where(target[:, None] == negatives[None], -1e9, h @ p["items"][negatives].T)
    logits = jnp.concatenate([liked[:, None], others], 1)
    return ((jax.nn.logsumexp(logits, 1) - liked) * weight).sum() / weight.sum()


def make_step(rate):
    def step(p, m, v, t, *batch):
        loss, g = jax.value_and_grad(loss_of)(p, *batch, rate)
        each = jax.tree_util.tree_map
        m = each(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = each(lambda a, b: 0.98 * a + 0.02 * b * b, v, g)
        p = each(lambda x, a, b: x - 1e-3 * a / (1 - 0.9**t) / (jnp.sqrt(b / (1 - 0.98**t)) + 1e-8), p, m, v)
        return p, m, v, loss

    return jax.jit(step)


def epoch(folder, columns, factors, blocks, maxLength, negatives, dropout, batch, threads):
    offsets, items = rows(folder)
    random = np.random.default_rng(1)
    histories = [items[a:b][-(maxLength + 1) :] + 1 for a, b in zip(offsets, offsets[1:]) if b - a > 1]
    lengths = np.array([len(history) - 1 for history in histories])
    p = init(jax.random.PRNGKey(1), columns, factors, maxLength, blocks)
    m = jax.tree_util.tree_map(jnp.zeros_like, p)
    v, t, step, key = m, 0, make_step(dropout), jax.random.PRNGKey(2)
    edges = [0, 7, 15, maxLength]

    def once(p, m, v, t, key):
        batches = []
        for low, high in zip(edges, edges[1:]):
            size = batch if high < maxLength else batch // 2
            order = random.permutation(np.flatnonzero((lengths > low) & (lengths <= high)))
            batches += [(order[k : k + size], high) for k in range(0, len(order) - size + 1, size)]
        for which in random.permutation(len(batches)):
            chosen, width = batches[which]
            inputs, targets = (np.zeros((len(chosen), width), np.int32) for _ in range(2))
            for row, one in enumerate(chosen):
                n = lengths[one]
                inputs[row, width - n :], targets[row, width - n :] = histories[one][:-1], histories[one][1:]
            real = np.flatnonzero(targets.reshape(-1))
            room = len(chosen) * {7: 6, 15: 12}.get(width, 32)
            real = real if len(real) <= room else random.choice(real, room, replace=False)
            at, weight = np.zeros(room, np.int32), np.zeros(room, np.float32)
            at[: len(real)], weight[: len(real)] = real, 1
            key, drawn = jax.random.split(key)
            t += 1
            others = random.integers(1, columns + 1, negatives).astype(np.int32)
            p, m, v, loss = step(p, m, v, float(t), inputs, targets, at, weight, others, drawn)
        loss.block_until_ready()
        return p, m, v, t, key

    state = once(p, m, v, t, key)
    with Clock() as cost:
        once(*state)
    return {"wall": cost.wall, "cpu": cost.cpu, "peak": peak(), "jax": jax.__version__}


serve(epoch)

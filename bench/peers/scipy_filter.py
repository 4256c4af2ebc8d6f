"""ChebyCF in numpy and scipy as a servant of the benchmark: the eigenvectors, and the lists of all users."""
import time

import numpy as np
import scipy
import scipy.sparse as sp
from scipy.sparse.linalg import svds
from threadpoolctl import threadpool_limits
from training import peak, rows, serve


def polynomial(degree, flatness):
    """Chebyshev coefficients of a step at 1/2 that is flat at its ends."""
    x = np.cos((degree - np.arange(degree + 1)) / degree * np.pi)
    target = 0.5 - 0.5 * np.sign(x) * np.abs(x) ** flatness
    angles = (degree + 0.5 - np.arange(degree + 1)) / (degree + 1) * np.pi
    found = np.array([2 / (degree + 1) * (target * np.cos(k * angles)).sum() for k in range(degree + 1)])
    found[0] /= 2
    return found


class Stopwatch:
    """Wall and processor seconds since it was made."""

    def __init__(self):
        self.start = (time.perf_counter(), time.process_time())

    def read(self):
        return {"wall": time.perf_counter() - self.start[0], "cpu": time.process_time() - self.start[1]}


def filter_all(folder, columns, rank, degree, flatness, weight, exponent, n, users, threads):
    offsets, items = rows(folder)
    count = len(offsets) - 1
    threadpool_limits(threads)
    history = sp.csr_matrix((np.ones(len(items), np.float32), items, offsets), (count, columns))
    watch = Stopwatch()
    per_user, per_item = (np.maximum(np.asarray(history.sum(axis)).ravel(), 1) for axis in (1, 0))
    graph = (sp.diags(per_user**-0.5) @ history @ sp.diags(per_item**-0.5)).tocsr().astype(np.float32)
    back = graph.T.tocsr()
    vectors = np.ascontiguousarray(svds(graph, k=rank, random_state=0)[2].T.astype(np.float32))
    prepared = watch.read()
    watch = Stopwatch()
    before, after = ((per_item ** (sign * exponent)).astype(np.float32) for sign in (-1, 1))
    coefficients = polynomial(degree, flatness)
    laplacian = lambda x: x - 2 * (back @ (graph @ x))
    for first in range(0, users, 512):
        some = history[first : min(first + 512, users)]
        signal = np.ascontiguousarray((some.toarray() * before).T)
        last, now = signal, laplacian(signal)
        scores = coefficients[0] * last + coefficients[1] * now
        for k in range(2, degree + 1):
            last, now = now, 2 * laplacian(now) - last
            scores += coefficients[k] * now
        scores = (scores.T + weight * ((signal.T @ vectors) @ vectors.T)) * after
        scores[some.nonzero()] = -np.inf
        top = np.argpartition(-scores, n, 1)[:, :n]
        np.take_along_axis(top, np.argsort(-np.take_along_axis(scores, top, 1), 1), 1)
    ranked = watch.read()
    scale = count / users
    return {
        "wall": prepared["wall"] + scale * ranked["wall"],
        "cpu": prepared["cpu"] + scale * ranked["cpu"],
        "prepared": prepared,
        "peak": peak(),
        "scipy": scipy.__version__,
    }


serve(filter_all)

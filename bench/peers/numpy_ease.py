"""The matrix of EASE by numpy's inverse, as a servant of the benchmark."""
import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits
from training import Clock, peak, rows, serve


def fit(folder, columns, regularization, threads):
    offsets, items = rows(folder)
    threadpool_limits(threads)
    with Clock() as cost:
        seen = sp.csr_matrix((np.ones(len(items), np.float32), items, offsets), (len(offsets) - 1, columns))
        gram = (seen.T @ seen).toarray()
        gram[np.diag_indices(columns)] += regularization
        inverse = np.linalg.inv(gram)
        weights = -inverse / np.diag(inverse)
        np.fill_diagonal(weights, 0)
    return {"wall": cost.wall, "cpu": cost.cpu, "peak": peak(), "numpy": np.__version__}


serve(fit)

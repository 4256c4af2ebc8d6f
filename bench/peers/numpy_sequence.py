"""Ridge regression from the decayed past to the decayed future by numpy and LAPACK, as a servant of the benchmark."""
import numpy as np
import scipy
import scipy.linalg as linear
import scipy.sparse as sp
from threadpoolctl import threadpool_limits
from training import Clock, peak, rows, serve


def fit(folder, columns, regularization, decay, longest, threads):
    offsets, items = rows(folder)
    threadpool_limits(threads)
    with Clock() as cost:
        past, future = ([], [], []), ([], [], [])
        step = 0
        for first, last in zip(offsets, offsets[1:]):
            for now in range(first + 1, last):
                start, end = max(first, now - longest), min(last, now + longest)
                past[0].append(np.full(now - start, step))
                past[1].append(items[start:now])
                past[2].append(np.exp(-np.arange(now - start - 1, -1, -1) / decay))
                future[0].append(np.full(end - now, step))
                future[1].append(items[now:end])
                future[2].append(np.exp(-np.arange(end - now) / decay))
                step += 1
        matrix = lambda parts: sp.csr_matrix((np.concatenate(parts[2]).astype(np.float32), tuple(map(np.concatenate, parts[:2]))), (step, columns))
        a, t = matrix(past), matrix(future)
        gram = (a.T @ a).toarray()
        gram[np.diag_indices(columns)] += regularization
        linear.cho_solve(linear.cho_factor(gram, overwrite_a=True, check_finite=False), (a.T @ t).toarray(), check_finite=False)
    return {"wall": cost.wall, "cpu": cost.cpu, "peak": peak(), "scipy": scipy.__version__}


serve(fit)

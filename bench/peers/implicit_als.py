"""implicit's AlternatingLeastSquares as a servant of the benchmark: one JSON request a line on stdin, one JSON answer a line.

Matrices come and go as raw files: int32 offsets and indices, float32 confidences and factors, row-major. Times are wall
seconds and CPU seconds (user + system, all threads) of the fit alone; making a matrix, copying factors and writing files do
not count. `num_threads` is said in each request.
"""
import json
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit asks for it; its own threads do the work

import implicit
import numpy as np
import scipy
import scipy.sparse as sparse
from implicit.cpu.als import AlternatingLeastSquares

matrix = None
model = None


def load(offsets, indices, values, rows, columns):
    """The confidences of users x items."""
    global matrix, model
    data = np.fromfile(values, np.float32)
    matrix = sparse.csr_matrix((data, np.fromfile(indices, np.int32), np.fromfile(offsets, np.int32)), (rows, columns))
    model = None
    return {"nnz": int(matrix.nnz)}


def fit(factors, regularization, iterations, threads, exact=False, items=None, keep=(), folder=None):
    """A fit from the given item factors and users at zero. `keep`: iterations after which the factors are written."""
    global model
    model = new(factors, regularization, iterations, threads, exact)
    if items:
        model.item_factors = np.fromfile(items, np.float32).reshape(matrix.shape[1], factors)
        model.user_factors = np.zeros((matrix.shape[0], factors), np.float32)
    walls, cpus = [], []
    aside = [0.0, 0.0]  # what the callback itself took

    def after(iteration, _elapsed, _loss):
        wall, cpu = time.perf_counter(), time.process_time()
        walls.append(wall - start[0] - aside[0])
        cpus.append(cpu - start[1] - aside[1])
        if iteration + 1 in keep:
            write(folder, iteration + 1)
        aside[0] += time.perf_counter() - wall
        aside[1] += time.process_time() - cpu

    start = time.perf_counter(), time.process_time()
    model.fit(matrix, show_progress=False, callback=after)
    return {"wall": walls, "cpu": cpus}


def write(folder, iteration):
    model.user_factors.tofile(f"{folder}/users-{iteration}.f32")
    model.item_factors.tofile(f"{folder}/items-{iteration}.f32")


def take(factors, regularization, users, items):
    """A model from given factors, so that both sides answer from the same ones."""
    global model
    model = new(factors, regularization, 1, 1)
    model.user_factors = np.fromfile(users, np.float32).reshape(matrix.shape[0], factors)
    model.item_factors = np.fromfile(items, np.float32).reshape(matrix.shape[1], factors)
    return {}


def new(factors, regularization, iterations, threads, exact=False):
    return AlternatingLeastSquares(
        factors=factors, regularization=regularization, alpha=1.0, iterations=iterations, use_cg=not exact, num_threads=threads
    )


def each(call, queries, threads=1):
    """Latency of single calls; the rows that a call needs are cut out beforehand."""
    model.num_threads = threads
    calls = {
        "recommend": lambda u, row: model.recommend(u, row, N=10),
        "similarItems": lambda i, _: model.similar_items(i, N=11),  # the item itself comes first
        "recommendFor": lambda u, row: model.recommend(u, row, N=10, recalculate_user=True),
        "foldIn": lambda u, row: model.recalculate_user(u, row),
    }
    run = calls[call]
    needs_row = call != "similarItems"
    rows = [matrix[q] if needs_row else None for q in queries]
    seconds = []
    cpu = time.process_time()
    lists = []
    for q, row in zip(queries, rows):
        t = time.perf_counter()
        answer = run(q, row)
        seconds.append(time.perf_counter() - t)
        if call != "foldIn":
            lists.append([int(i) for i in answer[0] if i != q or needs_row][:10])
    return {"seconds": seconds, "cpu": time.process_time() - cpu, "lists": lists}


def batch(users, threads=1, n=10, out=None):
    """Lists of many users at once; `out`: where to write the item indices, n a user."""
    model.num_threads = threads
    users = np.asarray(users)
    rows = matrix[users]
    cpu = time.process_time()
    t = time.perf_counter()
    ids, _ = model.recommend(users, rows, N=n)
    answer = {"wall": time.perf_counter() - t, "cpu": time.process_time() - cpu}
    if out:
        np.ascontiguousarray(ids, np.int32).tofile(out)
    return answer


def memory(reset=False):
    """Peak resident bytes since the last reset; Linux only."""
    if reset:
        with open("/proc/self/clear_refs", "w") as control:
            control.write("5")
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return {"peak": int(lines["VmHWM"].split()[0]) * 1024, "now": int(lines["VmRSS"].split()[0]) * 1024}


def about():
    return {"implicit": implicit.__version__, "numpy": np.__version__, "scipy": scipy.__version__, "python": sys.version.split()[0]}


tasks = {task.__name__: task for task in (about, load, fit, take, each, batch, memory)}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = tasks[request.pop("do")](**request)
    except Exception as error:  # the benchmark tells it and goes on
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)

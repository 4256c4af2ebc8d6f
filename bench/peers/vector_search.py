"""faiss, usearch and hnswlib as servants of the benchmark: one JSON request a line on stdin, one JSON answer a line.

Vectors come as raw files of float32, row-major. Times are wall seconds and CPU seconds (user + system, all threads) of the
search or the build alone. A request names the index it means: faiss-flat, faiss-hnsw, usearch-flat, usearch-hnsw,
hnswlib-flat, hnswlib-hnsw. A package that is not installed makes its indexes fail, and no others.
"""
import json
import os
import sys
import time
from importlib.metadata import PackageNotFoundError, version

import numpy as np

vectors = queries = None
indexes = {}


def load(rows, asked, dimensions):
    global vectors, queries
    vectors = np.fromfile(rows, np.float32).reshape(-1, dimensions)
    queries = np.fromfile(asked, np.float32).reshape(-1, dimensions)
    indexes.clear()
    return {"rows": len(vectors), "queries": len(queries)}


class Faiss:
    def __init__(self, kind, threads, m=32, efConstruction=128):
        import faiss

        self.faiss = faiss
        faiss.omp_set_num_threads(threads)
        # What faiss compares it with is queries x dimensions since 1.15, and the shipped value keeps BLAS away from batches of 256.
        faiss.cvar.distance_compute_blas_threshold = 20 * vectors.shape[1]
        if kind == "flat":
            self.index = faiss.IndexFlatIP(vectors.shape[1])
        else:
            self.index = faiss.IndexHNSWFlat(vectors.shape[1], m, faiss.METRIC_INNER_PRODUCT)
            self.index.hnsw.efConstruction = efConstruction
        self.index.add(vectors)
        self.allowed = None

    def ef(self, ef):
        self.index.hnsw.efSearch = ef

    def threads(self, threads):
        self.faiss.omp_set_num_threads(threads)

    def search(self, asked, n, allowed=None):
        if allowed is None:
            return self.index.search(asked, n)[1]
        if not hasattr(self.index, "hnsw"):
            return self.index.search(asked, n, params=self.faiss.SearchParameters(sel=self.faiss.IDSelectorBatch(allowed)))[1]
        if self.allowed is not allowed:
            self.allowed = allowed
            flags = np.zeros(len(vectors), bool)
            flags[allowed] = True
            self.selector = self.faiss.IDSelectorBitmap(np.packbits(flags, bitorder="little"))
        params = self.faiss.SearchParametersHNSW(sel=self.selector, efSearch=self.index.hnsw.efSearch)
        return self.index.search(asked, n, params=params)[1]


class Usearch:
    def __init__(self, kind, threads, m=32, efConstruction=128):
        from usearch.index import Index, MetricKind, search

        self.flat = (search, MetricKind.IP) if kind == "flat" else None
        self.count = threads
        if kind != "flat":
            self.index = Index(ndim=vectors.shape[1], metric="ip", dtype="f32", connectivity=m, expansion_add=efConstruction)
            self.index.add(np.arange(len(vectors), dtype=np.uint64), vectors, threads=threads)

    def ef(self, ef):
        self.index.expansion_search = ef

    def threads(self, threads):
        self.count = threads

    def search(self, asked, n):
        if self.flat:
            search, metric = self.flat
            keys = search(vectors, asked, n, metric, exact=True, threads=self.count).keys
        else:
            keys = self.index.search(asked if len(asked) > 1 else asked[0], n, threads=self.count).keys
        return keys.astype(np.int64).reshape(len(asked), -1)


class Hnswlib:
    def __init__(self, kind, threads, m=32, efConstruction=128):
        import hnswlib

        if kind == "flat":
            self.index = hnswlib.BFIndex(space="ip", dim=vectors.shape[1])
            self.index.init_index(max_elements=len(vectors))
        else:
            self.index = hnswlib.Index(space="ip", dim=vectors.shape[1])
            self.index.init_index(max_elements=len(vectors), ef_construction=efConstruction, M=m, random_seed=7)
        self.index.set_num_threads(threads)
        self.index.add_items(vectors, np.arange(len(vectors)))

    def ef(self, ef):
        self.index.set_ef(ef)

    def threads(self, threads):
        self.index.set_num_threads(threads)

    def search(self, asked, n):
        return self.index.knn_query(asked, n)[0].astype(np.int64)


makers = {"faiss": Faiss, "usearch": Usearch, "hnswlib": Hnswlib}


def build(index, threads=1, **options):
    """`resident`: by how many bytes the process grew, where the system says it."""
    indexes.pop(index, None)
    package, kind = index.split("-")
    before = resident()
    wall, cpu = time.perf_counter(), time.process_time()
    indexes[index] = makers[package](kind, threads, **options)
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "resident": resident() - before}


def drop(index):
    indexes.pop(index, None)
    return {}


def each(index, lo, hi, n=10, ef=None, allowed=None):
    """Queries lo to hi one by one with one thread: seconds of each, CPU seconds together, the ids found."""
    it = indexes[index]
    it.threads(1)
    if ef:
        it.ef(ef)
    extra = {} if allowed is None else {"allowed": np.fromfile(allowed, np.int64)}
    seconds, ids = [], []
    cpu = time.process_time()
    for k in range(lo, hi):
        t = time.perf_counter()
        found = it.search(queries[k : k + 1], n, **extra)
        seconds.append(time.perf_counter() - t)
        ids.append(found[0])
    return {"seconds": seconds, "cpu": time.process_time() - cpu, "ids": [[int(i) for i in row] for row in ids]}


def batch(index, lo, hi, n=10, threads=1, ef=None):
    """Queries lo to hi in one call."""
    it = indexes[index]
    it.threads(threads)
    if ef:
        it.ef(ef)
    cpu, wall = time.process_time(), time.perf_counter()
    found = it.search(queries[lo:hi], n)
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "ids": [[int(i) for i in row] for row in found]}


def resident():
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def about():
    found = {"python": sys.version.split()[0]}
    for name in ("faiss-cpu", "usearch", "hnswlib", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found


tasks = {task.__name__: task for task in (about, load, build, drop, each, batch)}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = tasks[request.pop("do")](**request)
    except Exception as error:  # the benchmark tells it and goes on
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)

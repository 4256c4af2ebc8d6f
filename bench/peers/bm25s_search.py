"""bm25s as a servant of the benchmark: one JSON request a line on stdin, one JSON answer a line."""
import json
import os
import sys
import time
from importlib.metadata import version

import bm25s
import Stemmer

stemmer = Stemmer.Stemmer("english")
retriever = options = None


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(file):
    """Builds over the texts of a file and answers its queries one by one, as many as its patience allows."""
    with open(file) as source:
        task = json.load(source)
    how = dict(stopwords=None, stemmer=stemmer, show_progress=False)
    before = resident()
    wall, cpu = time.perf_counter(), time.process_time()
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(bm25s.tokenize(task["texts"], **how), show_progress=False)
    build = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    grown = resident() - before

    def ask(query):
        words = bm25s.tokenize(query, return_ids=False, **how)
        known = [[word for word in words[0] if word in index.vocab_dict]]
        if not known[0]:
            return []
        found, scores = index.retrieve(known, k=min(task["n"], len(task["texts"])), show_progress=False, n_threads=0)
        return [int(i) for i, score in zip(found[0], scores[0]) if score > 0]

    for query in task["queries"][:20]:
        ask(query)
    walls, cpus, lists = [], [], []
    for query in task["queries"]:
        if sum(cpus) > 1000 * task["patience"]:
            break
        wall, cpu = time.perf_counter(), time.process_time()
        lists.append(ask(query))
        cpus.append((time.process_time() - cpu) * 1000)
        walls.append((time.perf_counter() - wall) * 1000)
    return {"build": build, "resident": grown, "queries": {"wall": walls, "cpu": cpus, "lists": lists}}


tasks = {"run": run, "about": lambda: {"bm25s": version("bm25s")}}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = tasks[request.pop("do")](**request)
    except Exception as error:  # the benchmark says what went wrong
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)

"""What the training peers share: rows from files, costs, and the loop that answers one JSON line per request."""
import json
import os
import resource
import sys
import time

import numpy as np


def rows(folder):
    """Where each user's rows begin and end, and their items."""
    return (np.fromfile(os.path.join(folder, f"{name}.i32"), dtype=np.int32) for name in ("offsets", "items"))


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Clock:
    """Wall and processor seconds of a block."""

    def __enter__(self):
        self.start = (time.perf_counter(), time.process_time())
        return self

    def __exit__(self, *_):
        self.wall = time.perf_counter() - self.start[0]
        self.cpu = time.process_time() - self.start[1]


def serve(epoch):
    for line in sys.stdin:
        request = json.loads(line)
        request.pop("do")
        try:
            answer = epoch(**request)
        except Exception as error:  # the benchmark says what went wrong
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)

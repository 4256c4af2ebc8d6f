"""LightGCN in torch as a servant of the benchmark: the cost of an epoch (BPR, one drawn item each, Adam), from some of its batches."""
import warnings

import numpy as np
import scipy.sparse as sp
import torch
from training import Clock, peak, rows, serve

warnings.filterwarnings("ignore", "Sparse CSR tensor support")


def smoothing(graph):
    """Multiplication by a symmetric matrix, whose gradient is the same multiplication."""

    class Smooth(torch.autograd.Function):
        @staticmethod
        def forward(_, x):
            return graph @ x

        @staticmethod
        def backward(_, g):
            return graph @ g.contiguous()

    return Smooth.apply


def epoch(folder, columns, factors, layers, threads, batch, batches):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    offsets, items = rows(folder)
    users = len(offsets) - 1
    history = sp.csr_matrix((np.ones(len(items), np.float32), items, offsets), (users, columns))
    both = sp.bmat([[None, history], [history.T, None]]).tocsr()
    scale = sp.diags(1 / np.sqrt(np.maximum(np.asarray(both.sum(1)).ravel(), 1)))
    both = (scale @ both @ scale).tocsr().astype(np.float32)
    parts = [torch.from_numpy(part.astype(np.int64)) for part in (both.indptr, both.indices)]
    smooth = smoothing(torch.sparse_csr_tensor(*parts, torch.from_numpy(both.data), both.shape))
    table = torch.nn.Parameter(torch.randn(users + columns, factors) * 0.1)
    optimizer = torch.optim.Adam([table], lr=1e-3)
    owner = np.repeat(np.arange(users), np.diff(offsets))
    with Clock() as drawing:
        order = random.permutation(len(owner))
        others = random.integers(0, columns, len(owner))
    total = -(-len(order) // batch)
    with Clock() as steps:
        for step in range(min(batches, total)):
            take = order[step * batch : (step + 1) * batch]
            user, item, other = (torch.from_numpy(each[take].astype(np.int64)) for each in (owner, items, others))
            layer = mean = table
            for _ in range(layers):
                layer = smooth(layer)
                mean = mean + layer
            mean = mean / (layers + 1)
            u, i, j = mean[user], mean[users + item], mean[users + other]
            loss = torch.nn.functional.softplus((u * j).sum(1) - (u * i).sum(1)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    scale = total / min(batches, total)
    return {"wall": drawing.wall + scale * steps.wall, "cpu": drawing.cpu + scale * steps.cpu, "peak": peak(), "torch": torch.__version__}


serve(epoch)

"""NeuMF in torch as a servant of the benchmark: the cost of an epoch, from some of its batches."""
import numpy as np
import torch
from torch import nn
from training import Clock, peak, rows, serve


class NeuMF(nn.Module):
    def __init__(self, users, items, factors, layers):
        super().__init__()
        sizes = {"gmf_user": (users, factors), "gmf_item": (items, factors), "mlp_user": (users, layers[0] // 2), "mlp_item": (items, layers[0] // 2)}
        self.tables = nn.ModuleDict({name: nn.Embedding(*size, sparse=True) for name, size in sizes.items()})
        for table in self.tables.values():
            nn.init.normal_(table.weight, std=0.01)
        hidden = []
        for wide, narrow in zip(layers, layers[1:]):
            hidden += [nn.Linear(wide, narrow), nn.ReLU()]
        self.hidden = nn.Sequential(*hidden)
        self.last = nn.Linear(factors + layers[-1], 1)

    def forward(self, user, item):
        t = self.tables
        product = t["gmf_user"](user) * t["gmf_item"](item)
        deep = self.hidden(torch.cat([t["mlp_user"](user), t["mlp_item"](item)], 1))
        return self.last(torch.cat([product, deep], 1)).squeeze(1)


def epoch(folder, columns, factors, layers, negatives, threads, batch, batches):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    offsets, items = rows(folder)
    users = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    seen = np.unique(users.astype(np.int64) * columns + items)
    model = NeuMF(len(offsets) - 1, columns, factors, layers)
    dense = [*model.hidden.parameters(), *model.last.parameters()]
    optimizers = [torch.optim.Adam(dense, lr=1e-3), torch.optim.SparseAdam(list(model.tables.parameters()), lr=1e-3)]
    loss_of = nn.BCEWithLogitsLoss()
    with Clock() as drawing:
        others = np.repeat(users, negatives)
        drawn = random.integers(0, columns, len(others))
        while True:
            pairs = others.astype(np.int64) * columns + drawn
            known = np.flatnonzero(seen[np.minimum(np.searchsorted(seen, pairs), len(seen) - 1)] == pairs)
            if len(known) == 0:
                break
            drawn[known] = random.integers(0, columns, len(known))
        user = torch.from_numpy(np.concatenate([users, others]))
        item = torch.from_numpy(np.concatenate([items.astype(np.int64), drawn]))
        label = torch.cat([torch.ones(len(users)), torch.zeros(len(others))])
        order = torch.randperm(len(user))
    total = -(-len(user) // batch)
    with Clock() as steps:
        for step in range(min(batches, total)):
            take = order[step * batch : (step + 1) * batch]
            loss = loss_of(model(user[take], item[take]), label[take])
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
    scale = total / min(batches, total)
    return {"wall": drawing.wall + scale * steps.wall, "cpu": drawing.cpu + scale * steps.cpu, "peak": peak(), "torch": torch.__version__}


serve(epoch)

"""Models of attune in Python, and models of Python in attune. Needs numpy; `pip install xxhash` makes large files quicker to write.

    import attune_models as am
    model = am.read("als.attune")                      # ids, factors, history as numpy arrays
    am.scores(model, "ann")                            # one score per item, in the order of model["items"]
    am.from_implicit("model.attune", implicit_model, user_ids, item_ids, user_items)
    am.write("model.attune", user_ids, item_ids, user_factors, item_factors)  # LensKit, RecBole, anything with factors

In attune a written file is a FactorRecommender: `FactorRecommender.fromBytes(await readFile("model.attune"))`.
"""

import json

import numpy as np

_TYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "U16": "<u2", "U32": "<u4"}


def read(path):
    """Reads a model file: kind, settings, users, items, tensors, and factors where the model has them."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = file.read()
    metadata = header.pop("__metadata__")
    if metadata.get("format") != "attune":
        raise ValueError(f"{path}: expected a model file of attune, got another safetensors file.")
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[start:end], _TYPES[entry["dtype"]]).reshape(entry["shape"])
    model = {"kind": metadata["kind"], "settings": json.loads(metadata["settings"]), "tensors": tensors}
    for side in ("users", "items"):
        model[side] = _ids(tensors[f"{side}.bytes"], tensors[f"{side}.ends"])
    if "item_factors" in tensors:
        model["item_factors"] = tensors["item_factors"]
        model["user_factors"] = _user_factors(tensors)
    return model


def scores(model, user):
    """Scores of all items for a user, as `score` of attune gives them."""
    index = model["users"].index(user)
    tensors = model["tensors"]
    result = model["item_factors"].astype(np.float64) @ model["user_factors"][index].astype(np.float64)
    if "item_biases" in tensors:
        result += tensors["item_biases"] + tensors["user_biases"][index] + model["settings"]["globalBias"]
    return result


def write(path, user_ids, item_ids, user_factors, item_factors, user_items=None, settings=None):
    """Writes factors as a model of attune. `user_items` is a scipy matrix of what users did, which lists leave out."""
    users, items = [np.ascontiguousarray(np.asarray(each), "<f4") for each in (user_factors, item_factors)]
    if users.shape != (len(user_ids), items.shape[1]) or items.shape[0] != len(item_ids):
        raise ValueError(f"expected one row of factors per id, got {users.shape} and {items.shape} for {len(user_ids)} and {len(item_ids)} ids.")
    rows = _rows(user_items, len(user_ids))
    tensors = {"user_factors": users, "item_factors": items}
    tensors.update({f"byUser.{name}": array for name, array in rows.items()})
    for side, ids in (("users", user_ids), ("items", item_ids)):
        encoded = [str(each).encode() for each in ids]
        tensors[f"{side}.bytes"] = np.frombuffer(b"".join(encoded), "u1")
        tensors[f"{side}.ends"] = np.cumsum([len(each) for each in encoded], dtype="<i4")
    metadata = {"format": "attune", "kind": "factors", "formatVersion": "1"}
    metadata["settings"] = json.dumps({**(settings or {}), "factors": items.shape[1]}, separators=(",", ":"))
    with open(path, "wb") as file:
        file.write(_safetensors(tensors, metadata))


def from_implicit(path, model, user_ids, item_ids, user_items):
    """A matrix factorization of implicit (ALS, BPR, logistic), from the processor or the GPU."""
    to_numpy = lambda factors: factors.to_numpy() if hasattr(factors, "to_numpy") else factors
    write(path, user_ids, item_ids, to_numpy(model.user_factors), to_numpy(model.item_factors), user_items)


def to_implicit(model):
    """An `AlternatingLeastSquares` of implicit that answers with the factors of a model. @returns it with the matrix that `recommend` takes."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    tensors = model["tensors"]
    als = AlternatingLeastSquares(factors=model["item_factors"].shape[1])
    als.user_factors, als.item_factors = model["user_factors"], np.array(model["item_factors"])
    parts = [np.array(tensors[f"byUser.{name}"]) for name in ("values", "indices", "offsets")]
    return als, csr_matrix(tuple(parts), shape=(len(model["users"]), len(model["items"])))


def _ids(data, ends):
    text = data.tobytes()
    return [text[start:end].decode() for start, end in zip([0, *ends[:-1]], ends)]


def _user_factors(tensors):
    if "user_factors" in tensors:
        return np.array(tensors["user_factors"])
    # ALS: users with the same history share a row, and those with one item differ by a factor only; -1 is a user without a row.
    rows, row_of = tensors["user_rows"], tensors["user_row_of"]
    factors = rows[np.maximum(row_of, 0)].astype("<f4") * tensors["user_scale"][:, None]
    factors[row_of < 0] = 0
    return factors


def _rows(matrix, count):
    if matrix is None:
        return {"offsets": np.zeros(count + 1, "<i4"), "indices": np.zeros(0, "<i4"), "values": np.zeros(0, "<f4")}
    matrix = matrix.tocsr()
    matrix.sum_duplicates()
    return {"offsets": matrix.indptr.astype("<i4"), "indices": matrix.indices.astype("<i4"), "values": matrix.data.astype("<f4")}


def _safetensors(tensors, metadata):
    names = {np.dtype(value): key for key, value in _TYPES.items()}
    ordered = sorted(tensors.items(), key=lambda item: -item[1].dtype.itemsize)  # wide types first, so that all are aligned
    header, at = {"__metadata__": {**metadata, "checksum": "00000000"}}, 0
    for name, array in ordered:
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = bytearray(len(text).to_bytes(8, "little") + text + b"".join(array.tobytes() for _, array in ordered))
    place = data.index(b'"checksum":"') + len(b'"checksum":"')
    data[place : place + 8] = f"{_xxh32(bytes(data)):08x}".encode()
    return data


def _xxh32(data):
    try:
        import xxhash

        return xxhash.xxh32_intdigest(data)
    except ImportError:
        pass
    p1, p2, p3, p4, p5, mask = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0xFFFFFFFF
    turn = lambda x, r: ((x << r) | (x >> (32 - r))) & mask
    at, acc = 0, p5
    if len(data) >= 16:
        lanes = [(p1 + p2) & mask, p2, 0, -p1 & mask]
        words = np.frombuffer(data[: len(data) // 16 * 16], "<u4").tolist()
        for k, word in enumerate(words):
            lanes[k & 3] = turn((lanes[k & 3] + word * p2) & mask, 13) * p1 & mask
        acc = sum(turn(lane, r) for lane, r in zip(lanes, (1, 7, 12, 18))) & mask
        at = 4 * len(words)
    acc = (acc + len(data)) & mask
    while at + 4 <= len(data):
        acc = turn((acc + int.from_bytes(data[at : at + 4], "little") * p3) & mask, 17) * p4 & mask
        at += 4
    for byte in data[at:]:
        acc = turn((acc + byte * p5) & mask, 11) * p1 & mask
    for shift, factor in ((15, p2), (13, p3), (16, 1)):
        acc = ((acc ^ (acc >> shift)) * factor) & mask
    return acc

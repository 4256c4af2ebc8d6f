"""Models of attune in Python, and models of Python in attune. Needs numpy; `pip install xxhash` makes large files quicker to write.

    import attune_models as am
    model = am.read("als.attune")                      # ids, factors, history as numpy arrays
    am.scores(model, "ann")                            # one score per item, in the order of model["items"]
    am.from_implicit("model.attune", implicit_model, user_ids, item_ids, user_items)
    am.from_lenskit("model.attune", scorer); am.from_spark("model.attune", als_model); am.from_recbole("model.attune", bpr, dataset)
    am.to_implicit(model); am.to_lenskit(model); am.to_spark(spark, model, folder); am.to_recbole(model, bpr, dataset)
    am.write("model.attune", user_ids, item_ids, user_factors, item_factors)  # anything else with factors

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


def write(path, user_ids, item_ids, user_factors, item_factors, user_items=None, settings=None, biases=None):
    """Writes factors as a model of attune. `user_items` is a scipy matrix of what users did, which lists leave out; `biases` what is added to
    scores: (a number, one number per user, one per item)."""
    users, items = [np.ascontiguousarray(np.asarray(each), "<f4") for each in (user_factors, item_factors)]
    if users.shape != (len(user_ids), items.shape[1]) or items.shape[0] != len(item_ids):
        raise ValueError(f"expected one row of factors per id, got {users.shape} and {items.shape} for {len(user_ids)} and {len(item_ids)} ids.")
    rows = _rows(user_items, len(user_ids))
    tensors = {"user_factors": users, "item_factors": items}
    if biases is not None:
        settings = {**(settings or {}), "globalBias": float(biases[0])}
        tensors["user_biases"], tensors["item_biases"] = [np.ascontiguousarray(np.asarray(each), "<f4") for each in biases[1:]]
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


def from_lenskit(path, scorer, user_items=None):
    """An `ImplicitMFScorer` or a `BiasedMFScorer` of LensKit (2025), after `train`, with the scores that it gives users by their stored embeddings.

    In a pipeline LensKit solves a user anew from the history that it looks up, unless it was made with `user_embeddings="prefer"`.
    """
    bias, biases = getattr(scorer, "bias", None), None
    if bias is not None:
        of_users, of_items = [
            np.zeros(len(ids)) if each is None else each for each, ids in ((bias.user_biases, scorer.users), (bias.item_biases, scorer.items))
        ]
        biases = (bias.global_bias, of_users, of_items)
    write(path, scorer.users.ids(), scorer.items.ids(), scorer.user_embeddings, scorer.item_embeddings, user_items, biases=biases)


def to_lenskit(model):
    """A scorer of LensKit that answers with the factors of a model: an `ImplicitMFScorer`, or with biases a `BiasedMFScorer`.

    Known users have their own factors. Somebody with a history only is solved as LensKit does, by the item factors.
    """
    from lenskit.als import BiasedMFScorer, ImplicitMFScorer
    from lenskit.basic.bias import BiasModel
    from lenskit.data import Vocabulary

    tensors, items = model["tensors"], np.array(model["item_factors"], "f4")
    has_biases = "item_biases" in tensors
    scorer = (BiasedMFScorer if has_biases else ImplicitMFScorer)(embedding_size=items.shape[1], user_embeddings="prefer")
    scorer.users, scorer.items = [Vocabulary(model[side], side[:-1], reorder=False) for side in ("users", "items")]
    scorer.user_embeddings, scorer.item_embeddings = np.array(model["user_factors"], "f4"), items
    if has_biases:
        of_users, of_items = np.array(tensors["user_biases"]), np.array(tensors["item_biases"])
        names = {"users": scorer.users, "user_biases": of_users, "items": scorer.items, "item_biases": of_items}
        scorer.bias = BiasModel(damping=0.0, global_bias=model["settings"]["globalBias"], **names)
    else:
        scorer._OtOr = items.T @ items + np.eye(items.shape[1], dtype="f4") * scorer.config.user_reg
    return scorer


def from_spark(path, model, user_ids=None, item_ids=None, user_items=None):
    """An `ALSModel` of Spark's MLlib. Its users and items are whole numbers: number k is `user_ids[k]`, such as the labels of a `StringIndexer`,
    and by default itself. Rows of `user_items` are in the order of the model's numbers, as rows of the file are."""
    sides = []
    for factors, ids in ((model.userFactors, user_ids), (model.itemFactors, item_ids)):
        rows = sorted(factors.collect(), key=lambda row: row["id"])
        sides.append(([row["id"] if ids is None else ids[row["id"]] for row in rows], np.array([row["features"] for row in rows])))
    (users, user_factors), (items, item_factors) = sides
    write(path, users, items, user_factors, item_factors, user_items)


def to_spark(spark, model, folder):
    """An `ALSModel` of Spark's MLlib with the factors of a model, by way of a folder that the cluster can read and that is not there yet.

    User k of Spark is `model["users"][k]`, item k `model["items"][k]`. Biases are not a part of such a model.
    """
    from pyspark.ml.recommendation import ALSModel

    if "item_biases" in model["tensors"]:
        raise ValueError("expected a model without biases, which Spark's ALS does not have.")
    names = {"userCol": "user", "itemCol": "item", "predictionCol": "prediction", "coldStartStrategy": "nan", "blockSize": 4096}
    metadata = {"class": "org.apache.spark.ml.recommendation.ALSModel", "timestamp": 0, "sparkVersion": spark.version, "uid": "ALS_attune"}
    metadata.update({"paramMap": {}, "defaultParamMap": names, "rank": model["item_factors"].shape[1]})
    spark.createDataFrame([(json.dumps(metadata),)], "value string").coalesce(1).write.text(f"{folder}/metadata")
    for side in ("user", "item"):
        rows = [(k, row.tolist()) for k, row in enumerate(np.asarray(model[f"{side}_factors"], "f4"))]
        spark.createDataFrame(rows, "id int, features array<float>").write.parquet(f"{folder}/{side}Factors")
    return ALSModel.load(folder)


def from_recbole(path, model, dataset):
    """A model of RecBole whose scores are inner products of embeddings: BPR, LightGCN, NGCF and the like, with its dataset."""
    users, items = [table.detach().cpu().numpy() for table in _recbole_tables(model)]
    ids = [dataset.id2token(field, np.arange(1, count)) for field, count in _recbole_fields(dataset)]
    # Row 0 stands for padding.
    write(path, *ids, users[1:], items[1:], dataset.inter_matrix(form="csr")[1:, 1:])


def to_recbole(model, bpr, dataset):
    """Puts the factors of a model into a `BPR` of RecBole that was made for a dataset and has as many dimensions. Users and items that the model
    does not know have zeros. @returns the BPR"""
    import torch

    for side, table, (field, count) in zip(("user", "item"), (bpr.user_embedding, bpr.item_embedding), _recbole_fields(dataset)):
        row_of = {each: row for row, each in enumerate(model[f"{side}s"])}
        rows = np.zeros(table.weight.shape, "f4")
        for k, token in enumerate(dataset.id2token(field, np.arange(1, count)), 1):
            if str(token) in row_of:
                rows[k] = model[f"{side}_factors"][row_of[str(token)]]
        with torch.no_grad():
            table.weight.copy_(torch.from_numpy(rows))
    return bpr


def _recbole_fields(dataset):
    return (dataset.uid_field, dataset.user_num), (dataset.iid_field, dataset.item_num)


def _recbole_tables(model):
    import torch

    model.eval()
    with torch.no_grad():
        if hasattr(model, "get_ego_embeddings"):  # graph models score by embeddings that took in those of neighbours
            return model.forward()[:2]
        return model.user_embedding.weight, model.item_embedding.weight


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

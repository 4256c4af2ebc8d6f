"""What config/check-python.ts runs with a real package: `check.py FOLDER PACKAGE`. Reads a model of attune, takes it to the package, and brings models
of the package back: FOLDER/NAME.attune for each NAME in FOLDER/fitted.json, which has the scores that the package gives."""

import json
import sys

import attune_models as am
import numpy as np


def with_implicit(folder, model):
    import implicit
    from safetensors.numpy import load_file
    from scipy.sparse import random as random_matrix

    assert set(load_file(f"{folder}/als.attune")) == set(model["tensors"]), "the safetensors package sees other tensors"
    als, history = am.to_implicit(model)
    index = model["users"].index("u1")
    ids, _ = als.recommend(index, history[index], N=5, filter_already_liked_items=True)
    seen = set(history[index].indices)
    best = [k for k in np.argsort(-am.scores(model, "u1"), kind="stable") if k not in seen][:5]
    assert list(ids) == best, f"implicit lists {list(ids)}, attune's scores {best}"
    matrix = random_matrix(60, 40, 0.2, "csr", "f4", 3)
    for name, kind in (("implicit-als", implicit.als.AlternatingLeastSquares), ("implicit-bpr", implicit.bpr.BayesianPersonalizedRanking)):
        trained = kind(factors=8, iterations=3, random_state=1)
        trained.fit(matrix, show_progress=False)
        items = [f"i{k}" for k in range(40)]
        am.from_implicit(f"{folder}/{name}.attune", trained, range(60), items, matrix)
        found, _ = trained.recommend(np.arange(60), matrix, N=5)
        lists = {str(user): [items[k] for k in found[user]] for user in range(60)}
        yield name, list(map(str, range(60))), items, trained.user_factors @ trained.item_factors.T, lists
    assert am._xxh32(b"Nobody inspects the spammish repetition") == 0xE2293B2F


def with_lenskit(folder, model):
    from lenskit.als import BiasedMFScorer, ImplicitMFScorer
    from lenskit.data import ItemList, RecQuery, from_interactions_df

    def scores_of(scorer, users, items):
        rows = [scorer(RecQuery(user_id=user), ItemList(item_ids=items)).scores() for user in users]
        return np.array(rows)

    for name in ("als", "biased"):
        ours = am.read(f"{folder}/{name}.attune")
        users = ["u0", "u1", "u7"]
        expect_equal(scores_of(am.to_lenskit(ours), users, ours["items"]), np.array([am.scores(ours, user) for user in users]))
    data = from_interactions_df(ratings())
    for name, trained in (("lenskit-implicit", ImplicitMFScorer(embedding_size=8, epochs=3)), ("lenskit-biased", BiasedMFScorer(embedding_size=8, epochs=3))):
        trained.train(data)
        am.from_lenskit(f"{folder}/{name}.attune", trained, data.interactions().matrix().scipy(layout="csr"))
        users, items = [list(ids.ids()) for ids in (trained.users, trained.items)]
        yield name, users, items, scores_of(trained, users, items), None


def with_spark(folder, model):
    from pyspark.ml.recommendation import ALS
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")

    def scores_of(als, users, items):
        pairs = spark.createDataFrame([(u, i) for u in range(users) for i in range(items)], "user int, item int")
        found = np.full((users, items), np.nan)
        for row in als.transform(pairs).collect():
            found[row["user"], row["item"]] = row["prediction"]
        return found

    ours = am.to_spark(spark, model, f"{folder}/spark-model")
    expect_equal(scores_of(ours, 3, len(model["items"])), np.array([am.scores(model, user) for user in model["users"][:3]]))
    frame = ratings()
    users, items = [sorted(set(frame[name])) for name in ("user_id", "item_id")]
    numbered = [(users.index(u), items.index(i), float(r)) for u, i, r in frame.itertuples(index=False)]
    trained = ALS(rank=8, maxIter=3, seed=1, implicitPrefs=True, ratingCol="rating").fit(spark.createDataFrame(numbered, "user int, item int, rating float"))
    am.from_spark(f"{folder}/spark.attune", trained, users, items)
    yield "spark", users, items, scores_of(trained, len(users), len(items)), None
    spark.stop()


def with_recbole(folder, model):
    import torch

    if not hasattr(np, "long"):  # RecBole 1.2 was written for numpy 1
        np.long = np.int64
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.model.general_recommender import BPR, LightGCN
    from recbole.utils import init_seed

    (folder_of_data := __import__("pathlib").Path(folder, "shop")).mkdir()
    lines = [f"{user}\t{item}\t{rating}" for user, item, rating in ratings().itertuples(index=False)]
    (folder_of_data / "shop.inter").write_text("\n".join(["user_id:token\titem_id:token\trating:float", *lines]) + "\n")
    settings = {"data_path": folder, "embedding_size": 8, "use_gpu": False, "device": "cpu", "n_layers": 2, "show_progress": False}

    def made(kind):
        config = Config(model=kind.__name__, dataset="shop", config_dict=settings)
        init_seed(1, True)
        dataset = create_dataset(config)
        training, _, _ = data_preparation(config, dataset)
        return kind(config, training.dataset), training.dataset

    def scores_of(recommender, dataset, users):
        recommender.eval()
        ids = torch.as_tensor(dataset.token2id(dataset.uid_field, np.array(users)))
        with torch.no_grad():
            return recommender.full_sort_predict({dataset.uid_field: ids}).view(len(users), -1)[:, 1:].numpy()

    bpr, dataset = made(BPR)
    items = list(dataset.id2token(dataset.iid_field, np.arange(1, dataset.item_num)))
    ours, known = scores_of(am.to_recbole(model, bpr, dataset), dataset, ["u1", "u7"]), [model["items"].index(item) for item in items]
    expect_equal(ours, np.array([am.scores(model, user)[known] for user in ("u1", "u7")]))
    for kind in (BPR, LightGCN):
        trained, dataset = made(kind)
        name = f"recbole-{kind.__name__.lower()}"
        am.from_recbole(f"{folder}/{name}.attune", trained, dataset)
        users = list(dataset.id2token(dataset.uid_field, np.arange(1, dataset.user_num)))
        yield name, users, items, scores_of(trained, dataset, users), None


def ratings():
    """Rows of users u0 to u39 and items i0 to i59, each pair once."""
    import pandas as pd

    random = np.random.default_rng(1)
    columns = {"user_id": random.integers(0, 40, 900), "item_id": random.integers(0, 60, 900)}
    frame = pd.DataFrame({name: [f"{name[0]}{k}" for k in column] for name, column in columns.items()})
    return frame.assign(rating=random.integers(1, 6, 900).astype(float)).drop_duplicates(["user_id", "item_id"])


def expect_equal(got, expected):
    assert np.allclose(got, expected, rtol=1e-5, atol=1e-5), f"{got} for {expected}"


folder, package = sys.argv[1:]
model = am.read(f"{folder}/als.attune")
for user, expected in json.load(open(f"{folder}/wanted.json")).items():
    expect_equal(am.scores(model, user), expected)
fitted = {}
for name, users, items, scores, lists in globals()[f"with_{package}"](folder, model):
    fitted[name] = {"users": list(users), "items": list(items), "scores": np.asarray(scores, float).tolist(), "lists": lists}
json.dump(fitted, open(f"{folder}/fitted.json", "w"))

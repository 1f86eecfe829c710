"""LightGBM with trees of the same depth: as many leaves as that depth can have."""

import lightgbm

from job import Job

job = Job()
depth = job.params["maxDepth"]
params = {
    "objective": "binary",
    "num_threads": job.threads,
    "max_depth": depth,
    "num_leaves": 2**depth,
    "learning_rate": job.params["learningRate"],
    "max_bin": job.params["bins"],
    "lambda_l2": job.params["l2"],
    "min_sum_hessian_in_leaf": job.params["minChildWeight"],
    "min_data_in_leaf": 1,
    "verbosity": -1,
}


def fit():
    rows = lightgbm.Dataset(job.train, label=job.y, params=params)
    return lightgbm.train(params, rows, num_boost_round=job.params["trees"])


def predict(model):
    return model.predict(job.test, num_threads=job.threads)


if job.time == "fit":
    model = job.timed(fit)
    scores = predict(model)
else:
    model = fit()
    scores = job.timed(lambda: predict(model))
job.finish(lightgbm.__version__, scores)

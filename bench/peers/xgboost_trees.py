"""XGBoost's histogram trainer, and its quickest way from a matrix to scores."""

import xgboost

from job import Job

job = Job()
params = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "nthread": job.threads,
    "max_depth": job.params["maxDepth"],
    "eta": job.params["learningRate"],
    "max_bin": job.params["bins"],
    "lambda": job.params["l2"],
    "min_child_weight": job.params["minChildWeight"],
}


def fit():
    rows = xgboost.QuantileDMatrix(job.train, label=job.y, nthread=job.threads, max_bin=job.params["bins"])
    return xgboost.train(params, rows, num_boost_round=job.params["trees"])


def predict(model):
    return model.inplace_predict(job.test)


if job.time == "fit":
    model = job.timed(fit)
    scores = predict(model)
else:
    model = fit()
    scores = job.timed(lambda: predict(model))
job.finish(xgboost.__version__, scores)

"""scikit-learn's logistic regression, with the solver that the job names."""

import sklearn
from sklearn.linear_model import LogisticRegression

from job import Job

job = Job()
model = LogisticRegression(
    C=1 / job.params["l2"],
    solver=job.algorithm,
    tol=job.params["tolerance"],
    max_iter=job.params["maxIterations"],
    random_state=1,
)
job.timed(lambda: model.fit(job.train, job.y))
job.finish(
    sklearn.__version__,
    model.predict_proba(job.test)[:, 1],
    coefficients=model.coef_,
    intercepts=model.intercept_,
)

"""scikit-learn's SVC (libsvm), and LinearSVC (liblinear) for the linear kernel."""

import sklearn
from sklearn.svm import SVC, LinearSVC

from job import Job

job = Job()
if job.params["kernel"] == "linear":
    model = LinearSVC(C=job.params["c"], loss="hinge", tol=job.params["tolerance"], max_iter=1000)
    job.timed(lambda: model.fit(job.train, job.y))
    job.finish(sklearn.__version__, model.decision_function(job.test))
else:
    model = SVC(
        C=job.params["c"],
        kernel="rbf",
        gamma=job.params["gamma"],
        tol=job.params["tolerance"],
        cache_size=job.params["cacheMb"],
    )
    job.timed(lambda: model.fit(job.train, job.y))
    job.finish(
        sklearn.__version__,
        model.decision_function(job.test),
        coefficients=model.dual_coef_,
        vectors=model.support_vectors_.astype("f4"),
    )

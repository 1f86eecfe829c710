"""scikit-learn's random forest."""

import sklearn
from sklearn.ensemble import RandomForestClassifier

from job import Job

job = Job()
model = RandomForestClassifier(
    n_estimators=job.params["trees"],
    min_samples_leaf=job.params["minLeaf"],
    max_features=job.params["features"],
    n_jobs=job.threads,
    random_state=1,
)
job.timed(lambda: model.fit(job.train, job.y))
job.finish(sklearn.__version__, model.predict_proba(job.test)[:, 1])

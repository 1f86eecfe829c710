"""Starts MLServer or MLflow's scoring server on a model of 300 boosted trees: serve.py KIND FOLDER PORT."""

import json
import os
import sys

import numpy as np
import xgboost


def fitted(folder):
    with open(os.path.join(folder, "peer.json"), encoding="utf-8") as file:
        rows = np.array(json.load(file), dtype=np.float32)
    target = np.random.default_rng(7).integers(0, 2, len(rows))
    model = xgboost.XGBClassifier(n_estimators=300, max_depth=4, learning_rate=0.05, n_jobs=1)
    return model.fit(rows, target)


def mlserver(folder, port):
    model = os.path.join(folder, "mlserver")
    os.makedirs(model, exist_ok=True)
    fitted(folder).save_model(os.path.join(model, "model.json"))
    settings = {"name": "peer", "implementation": "mlserver_xgboost.XGBoostModel", "parameters": {"uri": "./model.json"}}
    ports = {"http_port": port, "grpc_port": port + 1, "metrics_port": port + 2, "parallel_workers": 0, "debug": False}
    for name, content in (("model-settings.json", settings), ("settings.json", ports)):
        with open(os.path.join(model, name), "w", encoding="utf-8") as file:
            json.dump(content, file)
    os.chdir(model)  # it writes its metrics where it stands
    start(["-m", "mlserver.cli.main", "start", model], fallback=["mlserver", "start", model])


def mlflow(folder, port):
    from mlflow import xgboost as flavor

    model = os.path.join(folder, "mlflow")
    flavor.save_model(fitted(folder), model)
    start(["-m", "mlflow", "models", "serve", "-m", model, "-p", str(port), "--env-manager", "local"])


def start(words, fallback=None):
    """Becomes the server, so that whoever ends this program ends that one."""
    here = os.path.dirname(sys.executable)
    os.environ["PATH"] = here + os.pathsep + os.environ.get("PATH", "")  # it starts programs of its own
    beside = os.path.join(here, fallback[0]) if fallback else ""
    if os.path.exists(beside):
        os.execv(beside, fallback)
    os.execv(sys.executable, [sys.executable, *words])


if __name__ == "__main__":
    {"mlserver": mlserver, "mlflow": mlflow}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))

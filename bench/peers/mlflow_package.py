"""Does MLflow give a packed model's answers? Takes the folder that `daybook package RUN --as mlflow` wrote, loads it as MLflow does,
scores the examples in it and compares: within the bounds of its certificate. Wants mlflow-skinny (or mlflow), onnx, onnxruntime and
pandas. Prints one line of JSON; exits 1 where an answer differs."""

import json
import sys
from pathlib import Path

import mlflow
import pandas


def frame_of(rows, inputs):
    """Rows of JSON values as a data frame of the inputs' types: missing numbers as NaN, missing texts as the empty text."""
    columns = {}
    for tensor in inputs:
        values = [row.get(tensor["name"]) for row in rows]
        if tensor["type"] == "double":
            values = [moment(value) if isinstance(value, str) else value for value in values]
            columns[tensor["name"]] = pandas.Series(values, dtype="float64")
        else:
            columns[tensor["name"]] = pandas.Series([text(value) for value in values], dtype="object")
    return pandas.DataFrame(columns)


def moment(value):
    return pandas.Timestamp(value).timestamp() * 1000


def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def numbers(answer):
    """The numbers of an answer, by the name of the output."""
    if "probabilities" in answer:
        return {f"probability_{name}": share for name, share in answer["probabilities"].items()}
    score = answer.get("score")
    if isinstance(score, dict):
        return {f"score_{name}": number for name, number in score.items()}
    return {name: answer[name] for name in ("score", "value", "distance") if name in answer}


def main(folder):
    read = lambda name: json.loads((Path(folder) / name).read_text())
    signature, examples, bounds = read("signature.json"), read("examples.json"), read("parity.json")["bounds"]
    given = mlflow.pyfunc.load_model(folder).predict(frame_of([one["row"] for one in examples], signature["inputs"]))
    different, scored, furthest = [], 0, 0.0
    for i, one in enumerate(examples):
        answer, row = one["answer"], given.iloc[i]
        if "error" in answer:
            if row["valid"]:
                different.append(i)
            continue
        scored += 1
        same = bool(row["valid"]) and ("label" not in row or row["label"] == answer["prediction"])
        for name, number in numbers(answer).items():
            distance = abs(row[name] - number)
            furthest = max(furthest, distance)
            same = same and distance <= bounds["absolute"] + bounds["relative"] * abs(number)
        if not same:
            different.append(i)
    print(
        json.dumps(
            {
                "mlflow": mlflow.__version__,
                "examples": len(examples),
                "scored": scored,
                "furthest": furthest,
                "different": different,
            }
        )
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""One job of a table: reads the data file, times the work, writes the outcome, prints one line of JSON."""

import json
import resource
import sys
import time

import numpy as np

TYPES = {"f32": np.dtype("<f4"), "f64": np.dtype("<f8"), "u32": np.dtype("<u4")}


class Job:
    """What the only argument asks for. See bench/job.ts."""

    def __init__(self):
        asked = json.loads(sys.argv[1])
        self.out = asked["out"]
        self.threads = asked["threads"]
        self.time = asked["time"]
        self.algorithm = asked.get("algorithm")
        self.params = asked["params"]
        self.header, arrays = read_arrays(asked["data"])
        self.train = self._features("train", arrays)
        self.test = self._features("test", arrays)
        self.y = arrays["train.y"]

    def _features(self, part, arrays):
        shape = (self.header[part], self.header["features"])
        if self.header["form"] == "dense":
            return arrays[f"{part}.values"].reshape(shape)
        from scipy.sparse import csr_matrix

        starts, indices = (arrays[f"{part}.{name}"].view(np.int32) for name in ("starts", "indices"))
        return csr_matrix((arrays[f"{part}.values"], indices, starts), shape=shape)

    def timed(self, work):
        """Runs the work that counts, and keeps its time and memory for the answer."""
        cpu, began = time.process_time(), time.perf_counter()
        result = work()
        self.seconds = time.perf_counter() - began
        self.cpu_seconds = time.process_time() - cpu
        self.peak_memory = peak_memory()
        return result

    def finish(self, version, scores, **arrays):
        write_arrays(self.out, {"scores": scores, **arrays})
        answer = {
            "seconds": self.seconds,
            "cpuSeconds": self.cpu_seconds,
            "processCpuSeconds": time.process_time(),
            "peakMemory": self.peak_memory,
            "version": version,
        }
        print(json.dumps(answer))


def peak_memory():
    """Largest resident memory of this process in bytes; see bench/usage.ts."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return 1024 * int(line.split()[1])
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def read_arrays(path):
    with open(path, "rb") as file:
        line = file.readline()
        header = json.loads(line)
        arrays = {}
        for name, place in header.pop("arrays").items():
            file.seek(len(line) + place["offset"])
            arrays[name] = np.fromfile(file, dtype=TYPES[place["type"]], count=place["length"])
    return header, arrays


def write_arrays(path, arrays):
    places, end = {}, 0
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    arrays = {name: array.astype("<f4" if array.dtype == np.float32 else "<f8").ravel() for name, array in arrays.items()}
    for name, array in arrays.items():
        kind = "f32" if array.dtype == np.float32 else "f64"
        places[name] = {"type": kind, "offset": end, "length": array.size}
        end += aligned(array.nbytes)
    line = json.dumps({"arrays": places})
    with open(path, "wb") as file:
        file.write(line.ljust(aligned(len(line) + 1) - 1).encode() + b"\n")
        for array in arrays.values():
            file.write(array.tobytes().ljust(aligned(array.nbytes), b"\0"))


def aligned(size):
    return -(-size // 64) * 64

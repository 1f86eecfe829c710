import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Prediction, Signature } from '../../../src/model/index.ts'
import { type OnnxOutputs, onnxInputs, onnxPredictions } from '../../../src/model/onnx/index.ts'

// One thread and the files of the package: no network, no workers that would outlive a test.
env.wasm.numThreads = 1
env.wasm.wasmPaths = pathToFileURL(join(dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/wasm'))), '/')).href
env.logLevel = 'error'

/** An exported model as its users load it: rows of JSON values in, answers out. */
export interface LoadedOnnx {
  run(rows: readonly JsonObject[]): Promise<OnnxOutputs>
  score(rows: readonly JsonObject[]): Promise<(Prediction | null)[]>
  close(): Promise<void>
}

export async function loadOnnx(bytes: Uint8Array, signature: Signature): Promise<LoadedOnnx> {
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'] })
  const run = async (rows: readonly JsonObject[]): Promise<OnnxOutputs> => {
    const feeds: Record<string, Tensor> = {}
    for (const { name, type, data } of onnxInputs(rows, signature))
      feeds[name] =
        type === 'double'
          ? new Tensor('float64', data as Float64Array, [rows.length, 1])
          : new Tensor('string', data as string[], [rows.length, 1])
    const given = await session.run(feeds)
    return Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, data as ArrayLike<number>]))
  }
  return {
    run,
    score: async (rows) => onnxPredictions(await run(rows), signature),
    close: () => session.release(),
  }
}

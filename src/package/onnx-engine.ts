import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Prediction, Signature } from '../model/index.ts'
import { type OnnxForm, type OnnxOutputs, onnxInputs, onnxPredictions, onnxTensors } from '../model/onnx/index.ts'
import { findPackage, readPackageJson } from '../plugin/code-digest.ts'
import { packageEntry } from '../plugin/package-entry.ts'

/** Rows that are scored at a time. */
const batch = 1000

/** Engines that are looked for, the first one first: packages, and the part of them that needs no graphics card. */
const engines = [
  { name: 'onnxruntime-web', subpath: 'wasm', provider: 'wasm' },
  { name: 'onnxruntime-node', subpath: '', provider: 'cpu' },
] as const

/** Scores ONNX files as their users do. */
export interface OnnxEngine {
  /** Package and version. */
  readonly label: string
  /** @throws DaybookError PACKAGE_BROKEN where the engine does not take the file */
  open(file: Uint8Array, signature: Signature, form: OnnxForm): Promise<OpenOnnx>
}

export interface OpenOnnx {
  /** Null for rows that the file refuses. */
  score(rows: readonly JsonObject[]): Promise<(Prediction | null)[]>
  close(): Promise<void>
}

interface Session {
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, { readonly data: unknown }>>>
  release(): Promise<void>
}

interface Runtime {
  readonly env: { logLevel: string; readonly wasm?: { numThreads: number; wasmPaths: string } }
  readonly InferenceSession: { create(file: Uint8Array, options: object): Promise<Session> }
  readonly Tensor: new (type: string, data: unknown, shape: readonly number[]) => unknown
}

/** The first engine that is installed beside the page or beside Daybook, as optional packages are; undefined where none is. */
export async function findOnnxEngine(folder: string): Promise<OnnxEngine | undefined> {
  for (const from of [folder, dirname(fileURLToPath(import.meta.url))]) {
    for (const { name, subpath, provider } of engines) {
      const at = findPackage(name, from)
      if (at === undefined) continue
      const json = readPackageJson(at)
      const entry = packageEntry(at, json, subpath)
      if (entry === undefined) continue
      const label = `${name} ${json.version}`
      return { label, open: async (...file) => openSession(await loadRuntime(entry), provider, ...file) }
    }
  }
  return undefined
}

/** As {@link findOnnxEngine}. @throws DaybookError PACKAGE_NO_ENGINE */
export async function requireOnnxEngine(folder: string): Promise<OnnxEngine> {
  const found = await findOnnxEngine(folder)
  if (found === undefined) throw fail('PACKAGE_NO_ENGINE', {})
  return found
}

async function loadRuntime(entry: string): Promise<Runtime> {
  const { default: inner, ...outer } = (await import(pathToFileURL(entry).href)) as Runtime & { default?: Runtime }
  const runtime = 'InferenceSession' in outer ? outer : (inner as Runtime)
  runtime.env.logLevel = 'error'
  if (runtime.env.wasm !== undefined) {
    // One thread and the files of the package: no network, and no workers that would outlive it.
    runtime.env.wasm.numThreads = 1
    runtime.env.wasm.wasmPaths = pathToFileURL(join(dirname(entry), '/')).href
  }
  return runtime
}

async function openSession(
  { InferenceSession, Tensor }: Runtime,
  provider: string,
  file: Uint8Array,
  signature: Signature,
  form: OnnxForm,
): Promise<OpenOnnx> {
  const session = await InferenceSession.create(file, { executionProviders: [provider] }).catch((cause: unknown) => {
    throw fail('PACKAGE_BROKEN', { reason: (cause as Error).message }, { cause })
  })
  const isFlat = onnxTensors(signature, form).inputs[0]?.shape.length === 1
  const run = async (rows: readonly JsonObject[]): Promise<(Prediction | null)[]> => {
    const shape = isFlat ? [rows.length] : [rows.length, 1]
    const feeds = Object.fromEntries(
      onnxInputs(rows, signature).map(({ name, type, data }) => [
        name,
        new Tensor(type === 'double' ? 'float64' : 'string', data, shape),
      ]),
    )
    const given = await session.run(feeds)
    const outputs = Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, data]))
    return onnxPredictions(outputs as OnnxOutputs, signature, form)
  }
  return {
    async score(rows) {
      const answers: (Prediction | null)[] = []
      for (let start = 0; start < rows.length; start += batch)
        answers.push(...(await run(rows.slice(start, start + batch))))
      return answers
    },
    close: () => session.release(),
  }
}

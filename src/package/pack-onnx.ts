import type { JsonObject } from '../base/json.ts'
import type { Frame } from '../frame/index.ts'
import { rowsOfFrame } from '../model/frame-rows.ts'
import type { Model } from '../model/index.ts'
import { isTensorRow, type OnnxForm, onnxTensors, writeOnnx } from '../model/onnx/index.ts'
import { madeUpRows } from './made-up-rows.ts'
import { requireOnnxEngine } from './onnx-engine.ts'
import { mostHoldOut, type ParityCertificate, requireParity } from './parity.ts'

/** What lies in `signature.json` of an ONNX package. */
export interface OnnxSignature {
  readonly format: 1
  readonly model: string
  readonly form: OnnxForm
  readonly inputs: readonly object[]
  readonly outputs: readonly object[]
  /** The model's own. */
  readonly signature: object
}

export interface PackedOnnx {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly certificate: ParityCertificate
  /** What scored the file. */
  readonly engine: string
  /** Made-up rows that its inputs can hold. */
  readonly madeUp: readonly JsonObject[]
}

/**
 * The model as `model.onnx` with `signature.json`, held to the model by an engine of ONNX over the rows that its inputs can hold.
 *
 * @throws DaybookError MODEL_NOT_ONNX, PACKAGE_NO_ENGINE, PACKAGE_NOT_EQUAL
 */
export async function packOnnx(
  model: Model,
  form: OnnxForm,
  folder: string,
  { training, holdOut }: { readonly training: Frame; readonly holdOut: Frame },
): Promise<PackedOnnx> {
  const { signature } = model
  const { bytes, bounds } = writeOnnx(model, form)
  const engine = await requireOnnxEngine(folder)
  const fits = (row: JsonObject): boolean => isTensorRow(row, signature)
  const madeUp = madeUpRows(training, signature).filter(fits)
  const file = await engine.open(bytes, signature, form)
  try {
    const rows = { holdOut: rowsOfFrame(holdOut, signature).slice(0, mostHoldOut).filter(fits), madeUp }
    const certificate = await requireParity(model, file.score, rows, bounds)
    const told: OnnxSignature = { format: 1, model: model.digest, form, ...onnxTensors(signature, form), signature }
    const text = new TextEncoder().encode(`${JSON.stringify(told, null, 2)}\n`)
    const files = new Map([
      ['model.onnx', bytes],
      ['signature.json', text],
    ])
    return { files, certificate, engine: engine.label, madeUp }
  } finally {
    await file.close()
  }
}

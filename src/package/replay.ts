import type { Json, JsonObject } from '../base/json.ts'
import { parseSignature } from '../model/index.ts'
import type { OnnxForm } from '../model/onnx/index.ts'
import type { Example, PackageFiles } from '../plugin/api.ts'
import type { Answer } from './answers.ts'
import { answersOfModule } from './ask-module.ts'
import { mayAnswer, type ParityBounds } from './parity.ts'

/** What came of asking a package for its examples again. */
export interface Replay {
  readonly replayed: number
  readonly faults: readonly string[]
  readonly notes: readonly string[]
}

/** Asks a module, in a process of its own: it has to give the very bits. */
export async function replayModule(files: PackageFiles, examples: readonly Example[]): Promise<Replay> {
  if (!files.has('index.js') || examples.length === 0)
    return { replayed: 0, faults: [], notes: ['nothing was replayed'] }
  const answers = await answersOfModule(
    files,
    examples.map(({ row }) => row),
  )
  const faults = examples.flatMap(({ answer }, i) =>
    JSON.stringify(answer) === JSON.stringify(answers[i]) ? [] : [faultOf(i, answer, answers[i])],
  )
  return { replayed: examples.length, faults, notes: [] }
}

/** Asks an ONNX file through an engine that is installed in this folder, or beside Daybook, within the bounds of its certificate. */
export async function replayOnnx(files: PackageFiles, examples: readonly Example[], folder: string): Promise<Replay> {
  const { findOnnxEngine } = await import('./onnx-engine.ts')
  const engine = await findOnnxEngine(folder)
  if (engine === undefined) {
    const note = 'the examples were not replayed: no engine of ONNX is installed (`npm install onnxruntime-web`)'
    return { replayed: 0, faults: [], notes: [note] }
  }
  const told = jsonOf(files, 'signature.json')
  const bounds = boundsOf(jsonOf(files, 'parity.json').bounds)
  const form: OnnxForm = told.form === 'columns' ? 'columns' : 'blocks'
  const file = await engine.open(files.get('model.onnx') as Uint8Array, parseSignature(told.signature), form)
  try {
    const answers = await file.score(examples.map(({ row }) => row))
    const faults = examples.flatMap(({ answer }, i) =>
      mayAnswer(answer as unknown as Answer, answers[i] ?? null, bounds) ? [] : [faultOf(i, answer, answers[i])],
    )
    return { replayed: examples.length, faults, notes: [] }
  } finally {
    await file.close()
  }
}

function faultOf(i: number, was: JsonObject, is: Answer | null | undefined): string {
  return `example ${i} was ${JSON.stringify(was)} and is ${is ? JSON.stringify(is) : 'refused'}`
}

function jsonOf(files: PackageFiles, path: string): JsonObject {
  const value = JSON.parse(new TextDecoder().decode(files.get(path))) as Json
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path} holds no object`)
  return value as JsonObject
}

function boundsOf(value: Json | undefined): ParityBounds {
  const { absolute, relative } = (value ?? {}) as Partial<ParityBounds>
  if (typeof absolute !== 'number' || typeof relative !== 'number') throw new TypeError('parity.json names no bounds')
  return { absolute, relative }
}

import { canonicalJson } from '../base/canonical.ts'
import { isDigest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { ModelManifest, Signature } from './manifest.ts'

const columnTypes = ['number', 'category', 'text', 'date', 'boolean']
/** What a task can give. */
const outputs: Readonly<Record<string, readonly string[]>> = {
  binary: ['probabilities', 'scores'],
  multiclass: ['probabilities', 'scores'],
  regression: ['values'],
  clustering: ['clusters'],
  anomaly: ['scores'],
}

/**
 * Reads a model object: canonical JSON of a manifest. Everything that scoring relies on is checked, so that a manifest
 * from elsewhere ends in an error here and nowhere later.
 *
 * @throws DaybookError MODEL_CORRUPT
 */
export function parseManifest(bytes: Uint8Array): ModelManifest {
  const manifest = parse(bytes)
  check(isObject(manifest), 'it is no object')
  check(manifest.format === 1, `its format is ${JSON.stringify(manifest.format)}, not 1`)
  check(isText(manifest.name), 'it has no name')
  checkSignature(manifest.signature)
  check(Array.isArray(manifest.preprocess), 'it has no list of preprocess cells')
  for (const cell of manifest.preprocess) {
    checkCell(cell)
    check(isTexts(cell.columns), `cell ${cell.id} names no columns`)
  }
  checkCell(manifest.algorithm)
  check(isTexts(manifest.features), 'it names no features')
  return manifest as unknown as ModelManifest
}

/** Reads a signature that lies in a file of its own. @throws DaybookError MODEL_CORRUPT */
export function parseSignature(signature: Json | undefined): Signature {
  checkSignature(signature)
  return signature as unknown as Signature
}

function parse(bytes: Uint8Array): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value = JSON.parse(text) as Json
    if (canonicalJson(value) === text) return value
  } catch {
    // Not UTF-8, not JSON, nested too deep: the same answer as for JSON that is not canonical.
  }
  throw fail('MODEL_CORRUPT', { reason: 'it is not canonical JSON' })
}

function checkSignature(signature: Json | undefined): void {
  check(isObject(signature), 'it has no signature')
  const { columns, ignored, task, classes, target, output } = signature
  check(Array.isArray(columns), 'its signature has no columns')
  for (const column of columns) checkColumn(column)
  const names = columns.map((column) => (column as { name: string }).name)
  check(new Set(names).size === names.length, 'a column stands in its signature twice')
  check(isTexts(ignored) && isTexts(classes), 'its signature names no ignored columns or no classes')
  check(isText(task) && Object.hasOwn(outputs, task), 'its task is unknown')
  check(outputs[task]?.includes(output as string) === true, 'its output does not fit its task')
  check((task === 'binary' || task === 'multiclass') === classes.length > 0, 'its classes do not fit its task')
  check(task !== 'binary' || classes.length === 2, 'a binary task has two classes')
  check(target === null || isText(target), 'its target is no column')
}

function checkColumn(column: Json): void {
  check(isObject(column) && isText(column.name), 'a column of its signature has no name')
  const { name, type, levels, unseen, missing, optional, typical, min, max } = column
  const bad = `column ${name} of its signature is not as it should be`
  check(columnTypes.includes(type as string), bad)
  check(type === 'category' ? isTexts(levels) && new Set(levels).size === levels.length : levels === undefined, bad)
  check(['error', 'other', 'missing'].includes(unseen as string), bad)
  check(typeof missing === 'boolean' && typeof optional === 'boolean', bad)
  check(
    [min, max].every((bound) => bound === undefined || typeof bound === 'number'),
    bad,
  )
  check(typical === undefined || typical === null || ['number', 'string', 'boolean'].includes(typeof typical), bad)
  check([undefined, 'increasing', 'decreasing'].includes(column.monotone as string | undefined), bad)
}

function checkCell(cell: Json | undefined): asserts cell is { readonly [key: string]: Json } {
  check(isObject(cell) && isText(cell.id) && isText(cell.use), 'a cell has no id or no plugin')
  const { id, version, params, state } = cell
  check(Number.isSafeInteger(version) && isObject(params) && isDigest(state), `cell ${id} is not as it should be`)
}

function check(holds: boolean, reason: string): asserts holds {
  if (!holds) throw fail('MODEL_CORRUPT', { reason })
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string'
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

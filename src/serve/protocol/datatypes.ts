import type { SignatureColumn } from '../../model/manifest.ts'

/** Datatypes of tensors that a column takes, the one that is announced first. FP16 has no form in JSON. */
export function datatypesOf({ type }: Pick<SignatureColumn, 'type'>): readonly string[] {
  switch (type) {
    case 'number':
      return ['FP64', 'FP32', ...integers.keys()]
    case 'category':
      return ['BYTES', 'BOOL', ...integers.keys()]
    case 'boolean':
      return ['BOOL']
    case 'text':
    case 'date':
      return ['BYTES']
  }
}

/** Ranges of the integers; those of 64 bits end where JSON numbers lose digits. */
const integers: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['INT8', [-(2 ** 7), 2 ** 7 - 1]],
  ['INT16', [-(2 ** 15), 2 ** 15 - 1]],
  ['INT32', [-(2 ** 31), 2 ** 31 - 1]],
  ['INT64', [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
  ['UINT8', [0, 2 ** 8 - 1]],
  ['UINT16', [0, 2 ** 16 - 1]],
  ['UINT32', [0, 2 ** 32 - 1]],
  ['UINT64', [0, Number.MAX_SAFE_INTEGER]],
])

/** Is it a datatype of the protocol at all? */
export function isDatatype(text: unknown): text is string {
  return typeof text === 'string' && (integers.has(text) || ['BOOL', 'FP16', 'FP32', 'FP64', 'BYTES'].includes(text))
}

/** Is a value an element of a datatype? null is missing in every one. */
export type ElementCheck = (value: unknown) => boolean

/** How elements of a datatype are told from others. */
export function elementCheck(datatype: string): ElementCheck {
  const range = integers.get(datatype)
  if (range !== undefined) {
    const [low, high] = range
    return (value) =>
      value === null || (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high)
  }
  switch (datatype) {
    case 'FP64':
      return (value) => value === null || (typeof value === 'number' && Number.isFinite(value))
    case 'FP32':
      return (value) => value === null || (typeof value === 'number' && Number.isFinite(Math.fround(value)))
    case 'BOOL':
      return (value) => value === null || typeof value === 'boolean'
    default:
      return (value) => value === null || typeof value === 'string'
  }
}

/** Elements as the model takes them: 32-bit floats are what they are, whatever their decimals say. */
export function elementsOf(datatype: string, data: readonly unknown[]): readonly unknown[] {
  return datatype === 'FP32' ? data.map((value) => (value === null ? null : Math.fround(value as number))) : data
}

/** What an element of a datatype is, in words. */
export function elementWords(datatype: string): string {
  const range = integers.get(datatype)
  if (range !== undefined) return `a whole number from ${range[0]} to ${range[1]}`
  if (datatype === 'BOOL') return 'true or false'
  if (datatype === 'BYTES') return 'text'
  return datatype === 'FP32' ? 'a number within ±3.4e38' : 'a number'
}

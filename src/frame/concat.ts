import type { Column, SparseColumn } from './column.ts'

/**
 * Parts of one column below one another. All have the name, type and (categories) levels or (sparse blocks) features of
 * the first.
 *
 * @throws TypeError where they differ
 */
export function concatColumns(parts: readonly Column[]): Column {
  const [first] = parts
  if (first === undefined) throw new TypeError('there is nothing to put together')
  for (const part of parts) {
    if (part.type !== first.type || part.name !== first.name)
      throw new TypeError(`${part.name} is no part of ${first.name}`)
  }
  switch (first.type) {
    case 'number':
    case 'date':
      return { ...first, values: Float64Array.from(valuesOf(parts)) }
    case 'boolean':
      return { ...first, values: Int8Array.from(valuesOf(parts)) }
    case 'category':
      sameTexts(parts.map((part) => (part as typeof first).levels))
      return { ...first, values: Int32Array.from(valuesOf(parts)) }
    case 'text':
      return { ...first, values: parts.flatMap((part) => (part as typeof first).values) }
    case 'sparse':
      sameTexts(parts.map((part) => (part as typeof first).features))
      return concatSparse(parts as readonly SparseColumn[])
  }
}

function* valuesOf(parts: readonly Column[]): Generator<number> {
  for (const part of parts) yield* part.values as Float64Array
}

function concatSparse(parts: readonly SparseColumn[]): SparseColumn {
  const first = parts[0] as SparseColumn
  const starts = [0]
  let stored = 0
  for (const part of parts) {
    for (let row = 1; row < part.starts.length; row++) starts.push(stored + (part.starts[row] as number))
    stored += part.values.length
  }
  const indices = new Uint32Array(stored)
  const values = new Float32Array(stored)
  let at = 0
  for (const part of parts) {
    indices.set(part.indices, at)
    values.set(part.values, at)
    at += part.values.length
  }
  return { ...first, starts: Uint32Array.from(starts), indices, values }
}

function sameTexts(lists: readonly (readonly string[])[]): void {
  const [first = []] = lists
  for (const list of lists) {
    if (list.length !== first.length || list.some((text, i) => text !== first[i]))
      throw new TypeError('levels or features differ')
  }
}

import type { Column } from './column.ts'
import { Frame } from './frame.ts'

/** Texts as one run of UTF-8 bytes; text i lies between offsets i and i+1. `missing` has 1 where a text is null. */
type StoredTexts = { readonly bytes: Uint8Array; readonly offsets: Float64Array; readonly missing: Uint8Array }

type StoredColumn =
  | { readonly type: 'number' | 'date'; readonly name: string; readonly values: Float64Array }
  | { readonly type: 'boolean'; readonly name: string; readonly values: Int8Array }
  | { readonly type: 'category'; readonly name: string; readonly values: Int32Array; readonly levels: StoredTexts }
  | { readonly type: 'text'; readonly name: string; readonly values: StoredTexts }
  | {
      readonly type: 'sparse'
      readonly name: string
      readonly features: StoredTexts
      readonly starts: Uint32Array
      readonly indices: Uint32Array
      readonly values: Float32Array
    }

/** A frame as plain data: what the state codec stores. */
export type FrameState = { readonly format: 1; readonly rows: number; readonly columns: readonly StoredColumn[] }

/** A frame as plain objects of typed arrays; {@link frameFromState} gives back an equal frame. Arrays are shared, not copied. */
export function frameToState(frame: Frame): FrameState {
  return { format: 1, rows: frame.rows, columns: frame.columns.map(storeColumn) }
}

/** The frame that was stored. Arrays are shared with the state. @throws TypeError on what {@link frameToState} never gives */
export function frameFromState(state: unknown): Frame {
  const { format, rows, columns } = state as FrameState
  if (format !== 1 || !Array.isArray(columns)) throw new TypeError('this is no stored frame')
  return new Frame(rows, (columns as readonly StoredColumn[]).map(openColumn))
}

function storeColumn(column: Column): StoredColumn {
  switch (column.type) {
    case 'category':
      return { ...column, levels: storeTexts(column.levels) }
    case 'text':
      return { ...column, values: storeTexts(column.values) }
    case 'sparse':
      return { ...column, features: storeTexts(column.features) }
    default:
      return { ...column }
  }
}

function openColumn(column: StoredColumn): Column {
  switch (column.type) {
    case 'category':
      return { ...column, levels: openTexts(column.levels) as string[] }
    case 'text':
      return { ...column, values: openTexts(column.values) }
    case 'sparse':
      return { ...column, features: openTexts(column.features) as string[] }
    default:
      return column
  }
}

function storeTexts(texts: readonly (string | null)[]): StoredTexts {
  const offsets = new Float64Array(texts.length + 1)
  const missing = new Uint8Array(texts.length)
  const parts: Buffer[] = []
  let size = 0
  texts.forEach((text, i) => {
    if (text === null) missing[i] = 1
    else {
      const bytes = Buffer.from(text, 'utf8')
      parts.push(bytes)
      size += bytes.length
    }
    offsets[i + 1] = size
  })
  return { bytes: new Uint8Array(Buffer.concat(parts, size)), offsets, missing }
}

function openTexts({ bytes, offsets, missing }: StoredTexts): (string | null)[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from(missing, (isMissing, i) => (isMissing ? null : buffer.toString('utf8', offsets[i], offsets[i + 1])))
}

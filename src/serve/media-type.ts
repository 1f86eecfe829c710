/** A `Content-Type` header, taken apart. */
export interface MediaType {
  /** In lower case, such as `application/json`. */
  readonly essence: string
  /** In lower case; undefined where none is named. */
  readonly charset: string | undefined
  /** Are there other parameters than `charset`? */
  readonly others: boolean
}

const parsed = new Map<string, MediaType | undefined>()

/** The media type of a header; undefined where it is none. Headers are few, so what was parsed is kept. */
export function mediaTypeOf(header: string | undefined): MediaType | undefined {
  if (header === undefined) return undefined
  if (parsed.has(header)) return parsed.get(header)
  const type = parse(header)
  if (parsed.size < 100) parsed.set(header, type)
  return type
}

function parse(header: string): MediaType | undefined {
  const [first = '', ...rest] = header.split(';')
  const essence = first.trim().toLowerCase()
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(essence)) return undefined
  let charset: string | undefined
  let others = false
  for (const part of rest) {
    const [name = '', value = ''] = part.split('=', 2).map((text) => text.trim())
    if (name === '' && value === '') continue
    if (name.toLowerCase() === 'charset') charset = value.replace(/^"(.*)"$/, '$1').toLowerCase()
    else others = true
  }
  return { essence, charset, others }
}

/** Is the text UTF-8, as far as the header says? */
export function isUtf8({ charset }: MediaType): boolean {
  return charset === undefined || charset === 'utf-8' || charset === 'utf8'
}

import { createHash, type Hash } from 'node:crypto'

/** A digest of any data, to the bit: plain objects, arrays, typed arrays, maps and the public fields of instances. Functions are left out. */
export function fingerprint(value: unknown): string {
  const hash = createHash('sha256')
  write(hash, value)
  return hash.digest('hex')
}

function write(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`${value.constructor.name}:${value.byteLength}:`)
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  } else if (Array.isArray(value)) {
    hash.update(`[${value.length}:`)
    for (const item of value) write(hash, item)
  } else if (value instanceof Map) {
    write(hash, [...value])
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => typeof inner !== 'function' && inner !== undefined)
    hash.update(`{${entries.length}:`)
    for (const [key, inner] of entries) write(hash, [key, inner])
  } else {
    hash.update(`${typeof value}:${Object.is(value, -0) ? '-0' : String(value)};`)
  }
}

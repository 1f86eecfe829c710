/** Fields of a header that an attacker chooses. */
export interface RawHeader {
  readonly name?: string | Uint8Array
  readonly prefix?: string
  readonly size?: string
  readonly type?: string
  readonly link?: string
  readonly magic?: string
  /** Breaks the checksum. */
  readonly checksum?: string
}

/** A block of a tar archive with any fields at all, by the layout of POSIX.1-1988; the checksum is right unless given. */
export function rawHeader({
  name = 'file',
  prefix = '',
  size = '00000000000\0',
  type = '0',
  link = '',
  magic = 'ustar\x0000',
  checksum,
}: RawHeader): Uint8Array {
  const block = new Uint8Array(512)
  const put = (value: string | Uint8Array, at: number) =>
    block.set(typeof value === 'string' ? Buffer.from(value, 'utf8') : value, at)
  put(name, 0)
  put('0000644\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(size, 124)
  put('00000000000\0', 136)
  put('        ', 148)
  put(type, 156)
  put(link, 157)
  put(magic, 257)
  put(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Size as a header says it. */
export function octal(size: number): string {
  return `${size.toString(8).padStart(11, '0')}\0`
}

/** Content filled up to whole blocks. */
export function blocks(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content)
  return Buffer.concat([bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)])
}

/** The two empty blocks that end an archive. */
export const end = new Uint8Array(1024)

/** An archive of the blocks given, with its end. */
export function rawTar(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([...parts, end])
}

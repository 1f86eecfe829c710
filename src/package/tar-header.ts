/** A block: headers have one, contents are filled up to whole ones. */
export const blockBytes = 512

/** Largest size that a header can hold in octal digits: 8 GiB less one byte. */
export const largestFile = 8 ** 11 - 1

/**
 * The ustar header (POSIX.1-1988) of a plain file: mode 0644, of user and group 0 without names, changed at the epoch. Equal
 * names and sizes give equal bytes.
 *
 * @returns undefined where the name or the size does not go into a plain header
 */
export function tarHeader(path: string, size: number): Uint8Array | undefined {
  const split = splitName(path)
  if (split === undefined || size > largestFile) return undefined
  const header = new Uint8Array(blockBytes)
  const put = (text: string, at: number): void => {
    for (let i = 0; i < text.length; i++) header[at + i] = text.charCodeAt(i)
  }
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  put(split.name, 0)
  put(octal(0o644, 7), 100)
  put(octal(0, 7), 108)
  put(octal(0, 7), 116)
  put(octal(size, 11), 124)
  put(octal(0, 11), 136)
  put(' '.repeat(8), 148) // counts as spaces in its own sum
  put('0', 156)
  put('ustar\x0000', 257)
  put(octal(0, 7), 329)
  put(octal(0, 7), 337)
  put(split.prefix, 345)
  put(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  )
  return header
}

/** A long path in two parts, as a header holds it: the name has 100 bytes, what stands before its slash 155. */
function splitName(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (path.length <= 100) return { name: path, prefix: '' }
  const slash = path.indexOf('/', path.length - 101)
  if (slash < 1 || slash > 155 || slash === path.length - 1) return undefined
  return { name: path.slice(slash + 1), prefix: path.slice(0, slash) }
}

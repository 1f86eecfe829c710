/** Deepest nesting that rows are read at: they hold plain values, and what recurses over deep JSON dies of it. */
export const DEEPEST_JSON = 64

/** Deepest nesting of arrays and objects in JSON text, brackets inside of strings aside. Linear; the text may be broken. */
export function jsonDepth(text: string): number {
  let depth = 0
  let most = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 0x5c) i++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) most = Math.max(most, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return most
}

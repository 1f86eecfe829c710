import { nearest } from '../base/nearest.ts'
import type { Problem } from '../plugin/check-params.ts'

/** What to do about a value that does not fit: the choice that was meant, or quotes around what is to be text. */
export function valueHint({ got, expected, choices }: Problem & { readonly type: 'value' }): string | undefined {
  if (got.startsWith('the text "')) {
    const near = nearest(got.slice(10, -1), choices)
    return near === undefined ? undefined : `did you mean \`${near}\`?`
  }
  if (got === 'empty') return 'Fill it in, or take it out.'
  const plain = /^(true|false|[-+.\d][\w.+-]*)$/.test(got)
  return plain && expected.startsWith('text') ? `Quote it: \`"${got}"\`.` : undefined
}

import { fail } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import type { ReasonOptions } from '../../model/index.ts'

/** Most reasons of a row. */
export const mostReasons = 100

const names = ['reasons', 'of']

/**
 * Reads `reasons=4&of=yes`.
 *
 * @throws DaybookError SERVE_BAD_REQUEST: other values, what stands there twice, a name that is nearly one of these
 */
export function reasonsAsked(query: string): ReasonOptions | undefined {
  const params = new URLSearchParams(query)
  const bad = (reason: string, hint?: string) => fail('SERVE_BAD_REQUEST', { reason }, { hint })
  for (const name of params.keys()) {
    if (!names.includes(name)) {
      // What others add to an address (a trace, a token that does not belong there) is passed over; a slip of ours is not.
      if (nearest(name.slice(0, 20), ['reasons']) === undefined) continue
      throw bad('the address asks for something unknown', 'Did you mean `reasons`?')
    }
    if (params.getAll(name).length > 1) throw bad(`\`${name}\` stands in the address twice`)
  }
  const [text, of] = [params.get('reasons'), params.get('of') ?? undefined]
  if (text === null) {
    if (of !== undefined) throw bad('`of` says for which class there are reasons', 'Send `reasons` too.')
    return undefined
  }
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > mostReasons)
    throw bad(`\`reasons\` is not a whole number from 1 to ${mostReasons}`, 'Send `?reasons=4`.')
  return { count, ...(of !== undefined && { of }) }
}

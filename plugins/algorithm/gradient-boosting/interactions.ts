import type { Feature } from 'daybook/frame'
import { fail } from 'daybook/plugin'

/** Groups of features that may stand together on a path; by index, so that nodes can hold what is left of them. */
export type Groups = readonly ReadonlySet<number>[]

/**
 * The groups of `interactions`: its lists by feature number, and each feature that is in no list alone. Undefined without limits.
 *
 * @throws DaybookError FIT_PARAM where a list names a feature that does not exist
 */
export function groupsOf(
  interactions: readonly (readonly string[])[] | null,
  features: readonly Feature[],
): Groups | undefined {
  if (interactions === null) return undefined
  const numberOf = new Map(features.map(({ name }, f) => [name, f]))
  const listed = interactions.map((list) => new Set(list.map((name) => numberOf.get(name) ?? unknown(name, features))))
  const alone = features.map((_, f) => f).filter((f) => !listed.some((list) => list.has(f)))
  return [...listed, ...alone.map((f) => new Set([f]))]
}

const NAMES_SHOWN = 20

function unknown(name: string, features: readonly Feature[]): never {
  const names = features.slice(0, NAMES_SHOWN).map((feature) => `\`${feature.name}\``)
  const more = features.length - names.length
  throw fail(
    'FIT_PARAM',
    { param: 'interactions', value: `a list with ${JSON.stringify(name)}`, reason: 'no feature has that name' },
    { hint: `The features are ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.` },
  )
}

/** The groups that a path may still go on in after a split on a feature. */
export function groupsAfter(groups: Groups | undefined, feature: number): Groups | undefined {
  return groups?.filter((group) => group.has(feature))
}

/** Writes to `into` those of the features `chosen` that some of the groups holds, in their order. */
export function allowedFeatures(groups: Groups | undefined, chosen: Int32Array, into: Int32Array): Int32Array {
  if (groups === undefined) return chosen
  let count = 0
  for (const feature of chosen) if (groups.some((group) => group.has(feature))) into[count++] = feature
  return into.subarray(0, count)
}

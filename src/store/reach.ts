import { type Digest, isDigest } from '../base/digest.ts'
import { asDaybookError } from '../base/errors.ts'
import type { ObjectStore } from './objects.ts'
import type { Store } from './open-store.ts'
import type { RunRecord } from './record.ts'

/** Objects beyond this size are data, not lists or manifests that name other objects. */
const largestList = 2 ** 24

/**
 * Digests of all objects that a run needs: what its cells gave and showed, and what those objects name in turn (a model its
 * states, a target its files). Objects that are gone are among them, as far as something still names them.
 *
 * @throws DaybookError STORE_UNREADABLE: what cannot be read may name more
 */
export async function objectsOf({ result, deploy = [], observed }: RunRecord, store: Store): Promise<Set<Digest>> {
  const first = [...result.cells, ...deploy].map(({ output }) => output)
  for (const { key, shown } of observed.cells) {
    const entry = key === null ? undefined : await store.cells.inspect(key)
    first.push(shown, ...Object.values(entry?.outputs ?? {}))
  }
  return objectsNamed(first, store.objects)
}

/** Some objects and all that they name in turn. @throws DaybookError STORE_UNREADABLE */
export async function objectsNamed(first: Iterable<Digest | null>, objects: ObjectStore): Promise<Set<Digest>> {
  const found = new Set<Digest>()
  const waiting = [...first].reverse()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === null || found.has(next)) continue
    found.add(next)
    waiting.push(...(await digestsIn(next, objects)))
  }
  return found
}

/** Digests that an object of JSON names. */
async function digestsIn(digest: Digest, objects: ObjectStore): Promise<readonly Digest[]> {
  const bytes = await objects.get(digest).catch((thrown) => {
    if (asDaybookError(thrown).code === 'STORE_UNREADABLE') throw thrown
    return undefined
  })
  if (bytes === undefined || bytes[0] !== 0x7b || bytes.length > largestList) return []
  const text = new TextDecoder().decode(bytes)
  return (text.match(/"[0-9a-f]{64}"/g) ?? []).map((quoted) => quoted.slice(1, -1)).filter(isDigest)
}

import { type Digest, isDigest } from '../base/digest.ts'
import { asDaybookError } from '../base/errors.ts'
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
  const found = new Set<Digest>()
  const add = async (digest: Digest | null): Promise<void> => {
    if (digest === null || found.has(digest)) return
    found.add(digest)
    for (const named of await digestsIn(digest, store)) await add(named)
  }
  for (const { output } of [...result.cells, ...deploy]) await add(output)
  for (const { key, shown } of observed.cells) {
    await add(shown)
    const entry = key === null ? undefined : await store.cells.inspect(key)
    for (const output of Object.values(entry?.outputs ?? {})) await add(output)
  }
  return found
}

/** Digests that an object of JSON names. */
async function digestsIn(digest: Digest, store: Store): Promise<readonly Digest[]> {
  const bytes = await store.objects.get(digest).catch((thrown) => {
    if (asDaybookError(thrown).code === 'STORE_UNREADABLE') throw thrown
    return undefined
  })
  if (bytes === undefined || bytes[0] !== 0x7b || bytes.length > largestList) return []
  const text = new TextDecoder().decode(bytes)
  return (text.match(/"[0-9a-f]{64}"/g) ?? []).map((quoted) => quoted.slice(1, -1)).filter(isDigest)
}

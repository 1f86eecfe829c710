// Writes dist/plugins/manifest.json: for each built-in plugin the digest of the code that it stands on. Keys of cells hold it,
// so that a change of the code makes stale what it computed, and nothing else. `plugin-code.ts` says what counts.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import builtIns from '../plugins/index.ts'
import { byCodeUnit } from '../src/base/canonical.ts'
import { digestOfBuiltIn } from './plugin-code.ts'

const dist = dirname(dirname(fileURLToPath(import.meta.url)))
const names = builtIns.plugins.map(({ kind, id }) => `${kind}/${id}`).sort(byCodeUnit)
const manifest = Object.fromEntries(
  names.map((name) => [name, digestOfBuiltIn(dist, join(dist, 'plugins', `${name}.js`))]),
)
writeFileSync(join(dist, 'plugins/manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)

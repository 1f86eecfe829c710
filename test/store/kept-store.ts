import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from '../root.ts'

// Stores as versions of Daybook wrote them, one JSON file each: bytes in base64 by path. They are kept as they are: what reads
// stores today must read them. `node dist/test/store/kept-store.js STORE NAME` packs one.

const fixtures = join(root, 'test', 'fixtures', 'stores')

/** Writes a kept store to a folder. */
export function unpackStore(name: string, folder: string): void {
  const files = JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8')) as Readonly<Record<string, string>>
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), Buffer.from(bytes, 'base64'))
  }
}

function packStore(folder: string, name: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
  const packed = files.map((path) => [path, readFileSync(join(folder, path)).toString('base64')])
  writeFileSync(join(fixtures, `${name}.json`), `${JSON.stringify(Object.fromEntries(packed), null, 2)}\n`)
}

const [, script = '', folder, name] = process.argv
if (script.endsWith('kept-store.js') && folder !== undefined && name !== undefined) packStore(folder, name)

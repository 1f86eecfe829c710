import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fail } from '../../base/errors.ts'
import { openStore, packageRun, packTarball, storeFolder } from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { PageCommandOptions } from './options.ts'

interface PackageCommandOptions extends PageCommandOptions {
  readonly as?: string
  readonly out?: string
}

/** Writes a package of a run's model into a folder, or into one file that npm installs where the name ends in `.tgz`. */
export async function packageModel(run: string, options: PackageCommandOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const target = options.as ?? 'npm'
  const out = resolve(options.out ?? `${record.pipeline}-${target.replace(/^.*\//, '')}`)
  const isTarball = out.endsWith('.tgz')
  if (isTarball && existsSync(out)) throw fail('PACKAGE_EXISTS', { folder: out })
  if (!isTarball) refuseFull(out)
  terminal.message(`Packing the model of run ${record.id}, and holding the package against it …`)
  const files = await packageRun(store, record, { target, params: options.set ?? [], env: process.env })
  if (isTarball && !files.has('package.json'))
    throw fail(
      'CLI_USAGE',
      { reason: `a .tgz is what npm installs, and target ${target} makes no npm package` },
      { hint: 'Name a folder.' },
    )
  if (isTarball) {
    mkdirSync(dirname(out), { recursive: true })
    writeFileSync(out, await packTarball(files), { flag: 'wx' })
  } else {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(out, path)), { recursive: true })
      writeFileSync(join(out, path), bytes)
    }
  }
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    run: record.id,
    target,
    ...(isTarball ? { file: out } : { folder: out }),
    files: [...files.keys()],
  })
  const shown = relative('', out) || '.'
  const width = Math.max(...[...files.keys()].map((path) => path.length))
  for (const [path, bytes] of files) terminal.result(`${path.padEnd(width)}  ${bytes.length.toLocaleString('en')}`)
  terminal.result(`${shown} holds the model of run ${record.id} (${record.result.model?.digest})`)
  terminal.message(isTarball ? `Next: npm install ./${shown}` : `Next: npx daybook verify ./${shown}`)
  return 0
}

/** A package goes into a folder of its own: nothing that lies there is mixed with it or lost. */
function refuseFull(folder: string): void {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return
    throw fail('PACKAGE_EXISTS', { folder }, { cause: thrown })
  }
  if (names.length > 0) throw fail('PACKAGE_EXISTS', { folder })
}

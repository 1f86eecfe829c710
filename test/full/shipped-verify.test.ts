import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { ArchiveVerification } from '../../src/index.ts'
import { noSharedData, root, sharedData } from '../root.ts'
import { notFull, runPageBy } from './full.ts'
import { nodeOf } from './node-of.ts'

/** Pages of the folder, or those that DAYBOOK_PAGES names: `wages,scorecard`. */
const wanted = process.env.DAYBOOK_PAGES?.split(',')
const pages = readdirSync(join(root, 'pipelines'))
  .filter((name) => name.endsWith('.yaml') && (wanted?.includes(basename(name, '.yaml')) ?? true))
  .map((name) => join('pipelines', name))
const fromShared = new Set(['card-default.yaml', 'german-credit.yaml'])
const main = join(root, 'dist', 'src', 'cli', 'main.js')
const run = promisify(execFile)
if (sharedData !== undefined) process.env.DAYBOOK_DATA = sharedData // pages run here; elsewhere nothing says where data lies

/** Where an archive is verified: who, with what, in which corner of the world. */
interface Surroundings {
  readonly node: string
  readonly threads: number
  readonly env: Readonly<Record<string, string>>
  readonly user?: number
}

/** The command's answer, with nothing of this process's surroundings but what is given. */
async function daybook(args: readonly string[], { node, threads, env, user }: Surroundings, cwd: string) {
  const { stdout } = await run(node, [main, ...args, '--json', '--threads', String(threads)], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    maxBuffer: 1 << 26,
    ...(user !== undefined && { uid: user, gid: user }),
  }).catch((thrown) => thrown as { stdout: string })
  return JSON.parse(stdout)
}

/** The user `nobody`, where this process may become anybody and nobody may read the checkout. */
async function nobody(t: Test): Promise<number | undefined> {
  const user = 65_534
  if (process.getuid?.() !== 0) {
    t.comment('not as another user: only root can become one')
    return undefined
  }
  try {
    await run(process.execPath, [main, '--version'], { uid: user, gid: user, cwd: '/', env: {} })
    return user
  } catch {
    t.comment('not as another user: nobody may read this checkout')
    return undefined
  }
}

t.test(
  'every shipped page verifies as identical, here and elsewhere',
  { skip: notFull, timeout: 1_800_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-shipped-'))
    chmodSync(folder, 0o755)
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    const nodes = new Map([[process.versions.node, process.execPath]])
    for (const major of [22, 24]) {
      const at = join(folder, `node-${major}`)
      mkdirSync(at)
      const node = nodeOf(major, at)
      if (node === undefined) t.comment(`Node ${major} is not to be had: its npm package did not install`)
      else nodes.set(String(major), node)
    }
    const other = await nobody(t)
    const here: Surroundings = { node: process.execPath, threads: 2, env: { DAYBOOK_DATA: sharedData ?? '' } }
    for (const page of pages) {
      if (fromShared.has(basename(page)) && sharedData === undefined) {
        t.comment(`${page}: ${noSharedData}`)
        continue
      }
      const name = basename(page, '.yaml')
      const store = join(folder, 'stores', name)
      const { run } = await runPageBy(process.execPath, page, store)
      const verify = (word: string, from: Surroundings, cwd: string, ...more: string[]) =>
        daybook(['verify', word, ...more], from, cwd) as Promise<ArchiveVerification>
      t.match(await verify(run.id, here, root, '--store', store), { verdict: 'identical' }, `${name} here`)
      t.match(
        await verify(run.id, here, root, '--store', store, '--no-replay'),
        { verdict: 'identical' },
        `${name}, digests`,
      )
      t.match(
        await verify(run.id, here, root, '--store', store, '--sample', '5%'),
        { verdict: 'identical' },
        `${name}, sample`,
      )
      const packed = join(store, 'run.tar')
      await daybook(['export', run.id, '--store', store, '--out', packed, '--with-data'], here, root)
      const elsewhere = join(folder, 'elsewhere', name)
      mkdirSync(elsewhere, { recursive: true, mode: 0o755 })
      copyFileSync(packed, join(elsewhere, 'run.tar'))
      chmodSync(join(elsewhere, 'run.tar'), 0o644)
      const places = ['Pacific/Kiritimati', 'America/St_Johns', 'Asia/Kathmandu']
      const locales = ['tr_TR.UTF-8', 'de_DE.UTF-8', 'ar_EG.UTF-8']
      for (const [i, [version, node]] of [...nodes].entries()) {
        const env = { TZ: places[i % 3] as string, LC_ALL: locales[i % 3] as string, HOME: '/nonexistent' }
        const there = { node, threads: i % 2 === 0 ? 1 : 3, env, ...(other !== undefined && { user: other }) }
        const { verdict, cells, files, notes } = await verify('run.tar', there, elsewhere)
        t.equal(verdict, 'identical', `${name} from its archive: Node ${version}, ${JSON.stringify(env)}, ${notes}`)
        t.ok(cells.length > 2 && cells.every(({ same }) => same))
        t.same(files?.problems, [])
      }
    }
  },
)

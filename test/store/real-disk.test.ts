import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { checkStore, openStore } from '../../src/store/index.ts'
import { leftovers, quickFolder } from './disk-faults.ts'
import { smallRun } from './small-run.ts'

const [first, second] = ['20260101-000000-aaaaaa', '20260101-000001-bbbbbb']

/** Mounts a file system in memory of so many KiB; undefined where that is not allowed. */
function mounted(t: { teardown(work: () => void): unknown }, kib: number): string | undefined {
  const folder = quickFolder(t)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  t.teardown(() => execFileSync('umount', [folder]))
  return folder
}

function remount(folder: string, how: string): void {
  execFileSync('mount', ['-o', `remount,${how}`, folder])
}

const mayMount = process.platform === 'linux' && process.getuid?.() === 0
const skipMount = mayMount ? false : 'only root may mount a small file system'

t.test('a disk that is full, for real', { skip: skipMount }, async (t) => {
  let full = 0
  for (let kib = 64; kib <= 256; kib += 12) {
    const folder = mounted(t, kib)
    if (folder === undefined) return t.comment('mounting is not allowed here')
    const store = join(folder, 'store')
    const thrown = await smallRun(store, first).catch((error) => error)
    if (thrown instanceof Error) {
      full += 1
      t.match(thrown, { code: 'STORE_UNWRITABLE', message: /no space left on device \(ENOSPC\)/, hint: /Make room/ })
      t.same(leftovers(folder), [], `${kib} KiB: nothing is left unfinished`)
    }
    const opened = await openStore(store, { create: false })
    const before = await opened.runs.list()
    t.equal(before.length, thrown instanceof Error ? 0 : 1, 'what was not finished is not listed')
    remount(folder, 'size=4m')
    await smallRun(store, second)
    const after = await openStore(store)
    t.equal((await after.runs.list()).length, before.length + 1, 'once there is room, all is well')
    t.same((await checkStore(after)).damages, [])
  }
  t.ok(full > 5, `${full} sizes were too small`)
})

t.test('a store on a file system that may only be read', { skip: skipMount }, async (t) => {
  const folder = mounted(t, 4096)
  if (folder === undefined) return t.comment('mounting is not allowed here')
  const path = join(folder, 'store')
  await smallRun(path, first)
  remount(folder, 'ro')
  await t.rejects(smallRun(path, second), { code: 'STORE_UNWRITABLE', message: /read-only file system \(EROFS\)/ })
  const store = await openStore(path, { create: false })
  t.equal((await store.runs.resolve('latest')).id, first)
  t.same((await checkStore(store)).damages, [])
  remount(folder, 'rw')
  t.same((await smallRun(path, second)).ran, [])
})

const hasStrace =
  spawnSync('strace', ['-f', '-e', 'inject=fsync:error=EIO:when=1', process.execPath, '-e', '0']).status === 0

t.test('calls that fail below Node', { skip: hasStrace ? false : 'needs strace' }, async (t) => {
  const child = fileURLToPath(new URL('./crash-child.js', import.meta.url))
  const base = quickFolder(t)
  for (const [i, inject] of [
    'fsync:error=EIO:when=9',
    'rename:error=EIO:when=4',
    'link:error=EROFS:when=1',
  ].entries()) {
    const folder = join(base, String(i))
    mkdirSync(folder)
    const { status, stderr } = spawnSync(
      'strace',
      ['-f', '-qq', '-o', join(base, 'trace'), '-e', `inject=${inject}`, process.execPath, child, folder, first, '0'],
      { encoding: 'utf8' },
    )
    t.equal(status, 1, inject)
    t.match(stderr, /STORE_UNWRITABLE/, 'the failure reaches the caller')
    t.same(leftovers(folder), [])
    const before = await openStore(folder, { create: false })
    t.same(await before.runs.list(), [])
    await smallRun(folder, second)
    t.same((await checkStore(await openStore(folder))).damages, [])
  }
})

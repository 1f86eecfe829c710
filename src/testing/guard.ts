import { AsyncLocalStorage } from 'node:async_hooks'
import childProcess from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findPackage, readPackageJson } from '../plugin/code-digest.ts'

/** What a hook did that could make two runs differ. */
interface Watch {
  readonly folder: string | undefined
  readonly seen: Set<string>
}

type Callable = (this: unknown, ...args: unknown[]) => unknown
type Owner = Record<string, unknown>

const watching = new AsyncLocalStorage<Watch>()

/** Functions whose last bits differ between engines. */
const inexact = [
  'acos',
  'acosh',
  'asin',
  'asinh',
  'atan',
  'atan2',
  'atanh',
  'cbrt',
  'cos',
  'cosh',
  'exp',
  'expm1',
  'hypot',
  'log',
  'log10',
  'log1p',
  'log2',
  'pow',
  'sin',
  'sinh',
  'tan',
  'tanh',
]

/** Calls of `node:fs` that open something by path. */
const opening = [
  'access',
  'createReadStream',
  'createWriteStream',
  'exists',
  'mkdir',
  'open',
  'opendir',
  'readFile',
  'readdir',
  'stat',
  'writeFile',
  'appendFile',
  'unlink',
  'rm',
].flatMap((name) => [name, `${name}Sync`])

const packageFolder = fileURLToPath(new URL('../../..', import.meta.url))

/** Code of the packages that Daybook depends on answers for itself: an engine may look at the clock to tidy up. */
const trusted = new RegExp(`[\\\\/]node_modules[\\\\/](${dependencies().join('|')})[\\\\/]`)

/** Names of the packages that Daybook depends on, directly or not. */
function dependencies(): string[] {
  const names = new Set<string>()
  const waiting = [packageFolder]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const name of Object.keys(readPackageJson(folder).dependencies ?? {})) {
      const found = names.has(name) ? undefined : findPackage(name, folder)
      names.add(name)
      if (found !== undefined) waiting.push(found)
    }
  }
  return [...names]
}

/**
 * Runs a hook while clock, chance, network, other programs, inexact functions and files outside `folder` are out of reach:
 * using one throws, and is told of even where the hook catches it. Only what the hook itself starts is affected.
 *
 * @param folder where files may be read, or undefined where none may; code of packages may be loaded anyway
 * @returns what it gave, and what it reached for, in words
 */
export async function guarded<T>(
  work: () => T | Promise<T>,
  folder?: string,
): Promise<{ result?: T; thrown?: unknown; reached: string[] }> {
  const watch: Watch = { folder, seen: new Set() }
  const restore = patch()
  try {
    const result = await watching.run(watch, async () => work())
    return { result, reached: [...watch.seen] }
  } catch (thrown) {
    return { thrown, reached: [...watch.seen] }
  } finally {
    restore()
  }
}

function patch(): () => void {
  const undo: (() => void)[] = []
  const replace = (owner: object, name: string, make: (original: Callable) => Callable): void => {
    const original = (owner as Owner)[name]
    if (typeof original !== 'function') return
    const own = Object.hasOwn(owner, name)
    const fresh = make(original as Callable)
    Object.assign(fresh, original)
    ;(owner as Owner)[name] = fresh
    undo.push(() => {
      if (own) (owner as Owner)[name] = original
      else delete (owner as Owner)[name]
    })
  }
  const forbid = (owner: object, names: readonly string[], say: (name: string) => string): void => {
    for (const name of names)
      replace(
        owner,
        name,
        (original) =>
          function (...args) {
            refuse(say(name))
            return original.apply(this, args)
          },
      )
  }

  forbid(Math, ['random'], () => 'Math.random: declare `random: true` and take numbers from `ctx.random`')
  forbid(
    Math,
    inexact,
    (name) => `Math.${name}, whose last bits differ between engines: take it from \`ctx.kernels.math\``,
  )
  forbid(Date, ['now'], () => 'the clock (Date.now)')
  forbid(performance, ['now'], () => 'the clock (performance.now)')
  forbid(process.hrtime, ['bigint'], () => 'the clock (process.hrtime)')
  forbid(process, ['hrtime', 'uptime'], (name) => `the clock (process.${name})`)
  forbid(globalThis, ['fetch', 'WebSocket'], (name) => `the network (${name})`)
  forbid(net.Socket.prototype, ['connect'], () => 'the network (node:net)')
  forbid(
    childProcess,
    ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'],
    () => 'another program',
  )
  forbid(crypto, ['randomBytes', 'randomInt', 'randomUUID', 'randomFillSync'], (name) => `chance (crypto.${name})`)
  forbid(globalThis.crypto, ['getRandomValues', 'randomUUID'], (name) => `chance (crypto.${name})`)
  for (const owner of [fs, fs.promises]) {
    for (const name of opening)
      replace(
        owner,
        name,
        (original) =>
          function (...args) {
            refuseFile(args[0])
            return original.apply(this, args)
          },
      )
  }
  undo.push(patchDate())
  syncBuiltinESMExports()
  return () => {
    for (const step of undo.reverse()) step()
    syncBuiltinESMExports()
  }
}

/** `new Date()` without arguments reads the clock; with arguments it is plain arithmetic. */
function patchDate(): () => void {
  const original = globalThis.Date
  globalThis.Date = new Proxy(original, {
    construct(target, args, self) {
      if (args.length === 0) refuse('the clock (new Date())')
      return Reflect.construct(target, args, self)
    },
    apply(target, self, args) {
      refuse('the clock (Date())')
      return Reflect.apply(target, self, args)
    },
  })
  return () => {
    globalThis.Date = original
  }
}

function refuse(what: string): void {
  const watch = watching.getStore()
  if (watch === undefined || trusted.test(caller())) return
  watch.seen.add(what)
  throw new Error(`a hook may not use ${what}`)
}

function refuseFile(path: unknown): void {
  const watch = watching.getStore()
  if (watch === undefined || !(typeof path === 'string' || path instanceof URL)) return
  const file = path instanceof URL ? fileURLToPath(path) : resolve(path)
  if (/[\\/]node_modules[\\/]/.test(file) || isInside(file, resolve(packageFolder, 'dist'))) return
  if (watch.folder !== undefined && isInside(file, watch.folder)) return
  if (caller().includes('node:internal/modules/')) return // code is being loaded
  refuse('a file that no param declares')
}

/** The line of the stack that called what is patched. */
function caller(): string {
  const lines = new Error().stack?.split('\n').slice(1) ?? []
  return lines.find((line) => !line.includes(import.meta.url)) ?? ''
}

function isInside(file: string, folder: string): boolean {
  const way = relative(folder, file)
  return !way.startsWith('..') && !isAbsolute(way)
}

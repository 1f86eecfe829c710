import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { askServer } from './load.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const daybook = join(root, 'dist', 'src', 'cli', 'main.js')

/** A run to serve, and a thousand rows to ask for. */
export interface ServedRun {
  readonly store: string
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/** Runs the page with all of its 300 trees; the rows are those that it was made from. */
export function servedRun(folder: string): ServedRun {
  const store = join(folder, 'store')
  const page = join(root, 'pipelines', 'loan-approval.yaml')
  const args = [daybook, 'run', page, '--store', store, '--set', 'algorithm.with.earlyStopping=null', '--quiet']
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the page ended with ${status}: ${stderr}`)
  const made = spawnSync(process.execPath, [join(root, 'dist', 'bench', 'serve', 'rows.js'), store], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (made.status !== 0) throw new Error(`no rows: ${made.stderr}`)
  return { store, rows: JSON.parse(made.stdout) }
}

export interface RunningServer {
  readonly url: string
  readonly management: string
  readonly pid: number
  stop(): Promise<void>
}

/** Starts `daybook serve` on free ports. */
export async function startServer(store: string): Promise<RunningServer> {
  const args = [daybook, 'serve', 'loan-approval', '--store', store, '--port', '0', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  for (;;) {
    await once(child.stdout, 'data')
    const told = parsed(out)
    if (told === undefined) continue
    return { url: told.url, management: told.management, pid: child.pid as number, stop: () => ended(child) }
  }
}

function parsed(text: string): { readonly url: string; readonly management: string } | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Tells a program to end and waits for it. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Milliseconds from the start of the command to its first answer. */
export async function coldStart(store: string, body: unknown): Promise<number> {
  const port = 20_000 + (process.pid % 20_000)
  const began = performance.now()
  const args = [daybook, 'serve', 'loan-approval', '--store', store, '--port', String(port), '--quiet']
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  try {
    for (;;) {
      const status = await askServer(`http://127.0.0.1:${port}/predict`, body).catch(() => 0)
      if (status === 200) return performance.now() - began
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
      await new Promise((done) => setTimeout(done, 5))
    }
  } finally {
    await ended(child)
  }
}

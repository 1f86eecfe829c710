import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { askServer } from './load.ts'
import { ended } from './server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The Python that peers are installed in. */
const python = process.env.DAYBOOK_PEERS ?? 'python3'

/** Another server with a model of equal size: 300 boosted trees of depth 4 over as many columns. */
export interface PeerServer {
  readonly name: string
  /** Starts it; undefined where it is not installed. */
  start(): Promise<{ readonly url: string; readonly body: unknown; stop(): Promise<void> } | undefined>
}

/** MLServer and MLflow's scoring server, each as its users start it. */
export function peerServers(folder: string, rows: readonly Readonly<Record<string, unknown>>[]): readonly PeerServer[] {
  const matrix = asNumbers(rows)
  writeFileSync(join(folder, 'peer.json'), JSON.stringify(matrix))
  const [first = []] = matrix
  const port = 20_000 + (process.pid % 20_000)
  return [
    {
      name: 'MLServer',
      start: () =>
        startPeer('mlserver', 'mlserver_xgboost', folder, port, `http://127.0.0.1:${port}/v2/models/peer/infer`, {
          inputs: [{ name: 'rows', shape: [1, first.length], datatype: 'FP32', data: first }],
        }),
    },
    {
      name: 'MLflow',
      start: () =>
        startPeer('mlflow', 'mlflow', folder, port, `http://127.0.0.1:${port}/invocations`, {
          dataframe_split: { columns: first.map((_, i) => `c${i}`), data: [first] },
        }),
    },
  ]
}

async function startPeer(kind: string, module: string, folder: string, port: number, url: string, body: unknown) {
  if (spawnSync(python, ['-c', `import xgboost, ${module}`], { stdio: 'ignore' }).status !== 0) return undefined
  const args = [join(root, 'bench', 'peers', 'serve.py'), kind, folder, String(port)]
  const child = spawn(python, args, { stdio: 'ignore' })
  for (let waited = 0; waited < 60_000; waited += 200) {
    if ((await askServer(url, body).catch(() => 0)) === 200) return { url, body, stop: () => ended(child) }
    if (child.exitCode !== null) throw new Error(`${kind} ended with ${child.exitCode}`)
    await new Promise((done) => setTimeout(done, 200))
  }
  await ended(child)
  throw new Error(`${kind} did not answer within a minute`)
}

/** Texts as codes in the order of their appearance, missing as 0: peers get no harder work than ours. */
function asNumbers(rows: readonly Readonly<Record<string, unknown>>[]): readonly (readonly number[])[] {
  const codes = new Map<unknown, number>()
  const number = (value: unknown): number => {
    if (typeof value === 'number') return value
    if (!codes.has(value)) codes.set(value, codes.size)
    return codes.get(value) as number
  }
  return rows.map((row) => Object.values(row).map(number))
}

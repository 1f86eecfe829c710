import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { asDaybookError } from '../../base/errors.ts'
import { alignColumns, type Terminal } from '../output.ts'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly found: string
  readonly hint?: string
}

/** Is this machine fit to run Daybook? Each part is really used, not only looked for. Returns the exit code. */
export async function doctor(store: string, terminal: Terminal): Promise<number> {
  const findings: Finding[] = [nodeVersion()]
  findings.push(
    await attempt(
      'kernels (WebAssembly SIMD, shared memory)',
      useKernels,
      'Use Node 20.19 or newer on a 64-bit machine.',
    ),
  )
  findings.push(await attempt('DuckDB (parquet, json, sql)', useDuckdb, 'Install again without `--omit=optional`.'))
  findings.push(await attempt('built-in plugins', usePlugins, 'Install daybook again.'))
  findings.push(storeFolder(store))
  const ok = findings.every((finding) => finding.ok)
  terminal.envelope({ formatVersion: '1.0', ok, checks: findings.map((finding) => ({ ...finding })) })
  const rows = findings.map(({ check, ok, found }) => [
    terminal.paint(ok ? 'green' : 'red', ok ? 'ok' : 'NO'),
    check,
    found,
  ])
  for (const line of alignColumns(rows)) terminal.result(line)
  for (const { check, ok, hint } of findings) if (!ok && hint) terminal.problem(`${check}: ${hint}`)
  return ok ? 0 : 1
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > 20 || (major === 20 && minor >= 19)
  return { check: 'Node.js', ok, found: process.version, hint: 'Daybook needs Node 20.19 or newer.' }
}

async function attempt(check: string, use: () => Promise<string>, hint: string): Promise<Finding> {
  try {
    return { check, ok: true, found: await use() }
  } catch (thrown) {
    return { check, ok: false, found: asDaybookError(thrown).message, hint }
  }
}

async function useKernels(): Promise<string> {
  const { scoringKernels, trainingKernels } = await import('../../kernels/index.ts')
  const [scoring, training] = [scoringKernels(), trainingKernels()].map((kernels) => kernels.math.exp(1))
  if (scoring !== training) throw new Error(`exp(1) is ${training} in training and ${scoring} in scoring`)
  return 'work'
}

async function useDuckdb(): Promise<string> {
  const { DuckDBInstance, version } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const rows = await (await connection.run('select 42')).getRows()
  connection.closeSync()
  if (Number(rows[0]?.[0]) !== 42) throw new Error('select 42 gave something else')
  return version()
}

async function usePlugins(): Promise<string> {
  const { openRegistry } = await import('../../plugin/open-registry.ts')
  const registry = await openRegistry({ folder: process.cwd() })
  const kinds = ['data', 'preprocess', 'algorithm', 'optimizer', 'compress', 'metric', 'deploy'] as const
  return `${kinds.reduce((sum, kind) => sum + registry.ids(kind).length, 0)} found`
}

function storeFolder(store: string): Finding {
  let folder = resolve(store)
  while (!existsSync(folder)) folder = dirname(folder)
  const hint = 'Name another folder with --store.'
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    const { bavail, bsize } = statfsSync(folder)
    const freeGb = (bavail * bsize) / 1e9
    return { check: 'store', ok: freeGb > 0.5, found: `${store} can be written, ${freeGb.toFixed(1)} GB free`, hint }
  } catch (thrown) {
    return { check: 'store', ok: false, found: `${store} cannot be written: ${asDaybookError(thrown).message}`, hint }
  }
}

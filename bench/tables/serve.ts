import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Line } from '../report.ts'
import { askServer, closedLoop, type Load, openLoop, residentMb } from '../serve/load.ts'
import { peerServers } from '../serve/peers.ts'
import { coldStart, type RunningServer, servedRun, startServer } from '../serve/server.ts'
import type { BenchTable } from '../table.ts'

/** What a client of the server waits for: client and server on the same cores. */
export const serve: BenchTable = {
  name: 'serve',
  summary:
    'the server under load: one row, batches, cold start, overload, reload, memory; MLServer and MLflow beside it',
  minutes: 4,
  async run({ runs, only, print }) {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-serve-'))
    try {
      const run = servedRun(folder)
      const parts: Readonly<Record<string, () => Promise<readonly Line[]>>> = {
        single: () => withServer(run.store, (server) => singleRows(server, run.rows)),
        batch: () => withServer(run.store, (server) => batches(server, run.rows)),
        cold: async () => [await coldLine(run.store, run.rows, runs)],
        overload: () => withServer(run.store, (server) => overload(server, run.rows)),
        reload: () => withServer(run.store, (server) => reloads(server, run.rows)),
        memory: () => withServer(run.store, (server) => memory(server, run.rows)),
        peers: () => peers(folder, run.rows),
      }
      const lines: Line[] = []
      for (const [name, part] of Object.entries(parts)) {
        if (only === undefined || only === name) lines.push(...(await part()))
      }
      print({
        title: 'The server: pipelines/loan-approval.yaml with 300 trees, 16 columns',
        contenders: ['measured'],
        comparing: 'held',
        lines,
        notes: [
          'autocannon in another process of the same two cores. Closed loop: a connection asks again when it was answered.',
          'Open loop: so many requests a second come whatever was answered; waits count from when a request was due.',
        ],
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function withServer<T>(store: string, work: (server: RunningServer) => Promise<T>): Promise<T> {
  const server = await startServer(store)
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

type Rows = readonly Readonly<Record<string, unknown>>[]

async function singleRows({ url }: RunningServer, rows: Rows): Promise<Line[]> {
  const load: Load = { url: `${url}/predict`, body: { rows: rows.slice(0, 1) }, connections: 50, seconds: 10 }
  await closedLoop({ ...load, seconds: 3 })
  const closed = await closedLoop(load)
  const open = await openLoop({ ...load, connections: 100 }, 1000)
  const busy = await openLoop({ ...load, connections: 100 }, 8000)
  return [
    atLeast('1 row a request, closed loop, 50 connections: requests/s', closed.perSecond, 8000),
    atMost('— the slowest of 100 (p99), ms', closed.p99, 20),
    atMost('1,000 requests/s, open loop: p99, ms', open.p99, 20),
    atMost('8,000 requests/s, open loop: p99, ms', busy.p99, 20),
    atMost('requests that failed', closed.failed + open.failed + busy.failed, 0),
  ]
}

async function batches({ url }: RunningServer, rows: Rows): Promise<Line[]> {
  const names = Object.keys(rows[0] ?? {})
  const split = { columns: names, data: rows.map((row) => names.map((name) => row[name])) }
  const lines: Line[] = []
  for (const [what, path, body] of [
    ['rows as objects (/predict)', '/predict', { rows }],
    ['rows as lists (/invocations)', '/invocations', { dataframe_split: split }],
    ['columns as tensors (/v2)', '/v2/models/loan-approval/infer', { inputs: tensors(rows, names) }],
  ] as const) {
    const load: Load = { url: `${url}${path}`, body, connections: 4, seconds: 8 }
    await closedLoop({ ...load, seconds: 3 })
    const { perSecond } = await closedLoop(load)
    lines.push(atLeast(`1,000 rows a request, ${what}: rows/s`, perSecond * rows.length, 500_000))
  }
  return lines
}

function tensors(rows: Rows, names: readonly string[]) {
  const datatypes: Readonly<Record<string, string>> = { string: 'BYTES', boolean: 'BOOL', number: 'FP64' }
  return names.map((name) => {
    const data = rows.map((row) => row[name])
    const datatype = datatypes[typeof data.find((value) => value !== null)]
    return { name, shape: [rows.length], datatype, data }
  })
}

async function coldLine(store: string, rows: Rows, runs: number): Promise<Line> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await coldStart(store, { rows: rows.slice(0, 1) }))
  times.sort((a, b) => a - b)
  return atMost('from the command to the first answer, ms (median)', times[times.length >> 1] ?? Number.NaN, 700)
}

async function overload({ url }: RunningServer, rows: Rows): Promise<Line[]> {
  const load: Load = { url: `${url}/predict`, body: { rows: rows.slice(0, 20) }, connections: 200, seconds: 10 }
  const most = await closedLoop({ ...load, connections: 20, seconds: 5 })
  const twice = await openLoop(load, Math.round(2 * most.perSecond))
  return [
    shown('20 rows a request: requests/s that it takes', most.perSecond),
    shown('twice as many asked for: accepted/s', twice.accepted / load.seconds),
    shown('— refused with Retry-After/s', twice.refused / load.seconds),
    atMost('— p99 of what was accepted, from sending to answer, ms', twice.acceptedP99, 50),
    atMost('— failed otherwise', twice.failed - twice.refused, 0),
  ]
}

async function reloads({ url, management }: RunningServer, rows: Rows): Promise<Line[]> {
  const load: Load = { url: `${url}/predict`, body: { rows: rows.slice(0, 1) }, connections: 20, seconds: 8 }
  await closedLoop({ ...load, seconds: 2 })
  let going = true
  let count = 0
  const reloading = (async () => {
    while (going) {
      const status = await askServer(`${management}/v2/repository/models/loan-approval/load`, {})
      if (status !== 200) throw new Error(`a reload was answered with ${status}`)
      count++
      await new Promise((done) => setTimeout(done, 250))
    }
  })()
  const { failed, p99 } = await closedLoop(load)
  going = false
  await reloading
  return [
    shown('reloads under load', count),
    atMost('— requests that failed', failed, 0),
    shown('— p99 meanwhile, ms', p99),
  ]
}

async function memory(server: RunningServer, rows: Rows): Promise<Line[]> {
  const minutes = Number(process.env.DAYBOOK_BENCH_MINUTES ?? 1)
  const load: Load = { url: `${server.url}/predict`, body: { rows: rows.slice(0, 10) }, connections: 20, seconds: 20 }
  await closedLoop(load)
  const before = residentMb(server.pid)
  await closedLoop({ ...load, seconds: Math.max(1, 60 * minutes - 20) })
  const after = residentMb(server.pid)
  return [
    shown('memory after 20 s of load, MiB', before),
    atMost(`— ${minutes} min later, as a multiple`, after / before, 1.1),
  ]
}

async function peers(folder: string, rows: Rows): Promise<Line[]> {
  const lines: Line[] = []
  for (const { name, start } of peerServers(folder, rows)) {
    const server = await start()
    if (server === undefined) {
      lines.push({ what: `${name}: 1 row a request, requests/s`, values: ['absent'] })
      continue
    }
    try {
      const load: Load = { url: server.url, body: server.body, connections: 50, seconds: 10 }
      await closedLoop({ ...load, seconds: 3 })
      const { perSecond, p99 } = await closedLoop(load)
      lines.push(shown(`${name}: 1 row a request, requests/s`, perSecond), shown('— p99, ms', p99))
    } finally {
      await server.stop()
    }
  }
  return lines
}

function shown(what: string, value: number): Line {
  return { what, values: [format(value)] }
}

function atLeast(what: string, value: number, bar: number): Line {
  return { ...shown(what, value), compared: format(value), bar: `>= ${bar.toLocaleString('en')}`, kept: value >= bar }
}

function atMost(what: string, value: number, bar: number): Line {
  return { ...shown(what, value), compared: format(value), bar: `<= ${bar.toLocaleString('en')}`, kept: value <= bar }
}

function format(value: number): string {
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

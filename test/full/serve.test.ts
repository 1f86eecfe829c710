// The server under load for a while: memory stays flat, reloads lose nothing, overload is shed and what is accepted is right.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { applicant, daybook, smallPage } from '../cli/daybook.ts'
import { root } from '../root.ts'
import { send } from '../serve/client.ts'
import { notFull } from './full.ts'

t.test('load, reloads and faults for a while', { skip: notFull }, async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'daybook-serve-full-'))
  t.teardown(() => rm(cwd, { recursive: true, force: true }))
  await writeFile(join(cwd, 'small.yaml'), smallPage)
  t.equal((await daybook(['run', 'small.yaml', '--quiet'], { cwd })).code, 0)
  const main = join(root, 'dist', 'src', 'cli', 'main.js')
  const words = [main, 'serve', 'small', '--challenger', 'small', '--port', '0', '--json']
  const child = spawn(process.execPath, words, { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  while (!out.includes('\n}')) await once(child.stdout, 'data')
  const { url, management } = JSON.parse(out)

  const agent = new Agent({ keepAlive: true, maxSockets: 40 })
  const seen = new Map<number, number>()
  const wrong: string[] = []
  let going = true
  const client = async (i: number) => {
    for (let turn = 0; going; turn++) {
      const id = `${i}/${turn}`
      const bad = turn % 20 === 19
      const rows = Array.from({ length: 1 + (turn % 7) }, () => (bad ? { ...applicant, amount: id } : applicant))
      const columns = Object.keys(applicant)
      const sent =
        turn % 3 === 0
          ? { path: '/predict', body: { rows } }
          : {
              path: '/invocations',
              body: { dataframe_split: { columns, data: rows.map((row) => Object.values(row)) } },
            }
      const { status, json, text } = await send(`${url}${sent.path}`, { body: sent.body }, agent)
      seen.set(status, (seen.get(status) ?? 0) + 1)
      const right = bad ? status === 400 : status === 200 && json.predictions.length === rows.length
      if (!right && status !== 503) wrong.push(`${id} ${status} ${text.slice(0, 100)}`)
      if (text.includes(id)) wrong.push(`${id} came back`)
    }
  }
  const clients = Array.from({ length: 32 }, (_, i) => client(i))
  const resident = async () => {
    const { text } = await send(`${management}/metrics`)
    t.match(text, 'daybook_infer_requests_total')
    return memoryOf(child.pid as number)
  }
  const reload = async (times: number) => {
    for (let time = 0; time < times; time++) {
      const { status } = await send(`${management}/v2/repository/models/small/load`, { method: 'POST' })
      if (status !== 200) wrong.push(`reload ${status}`)
      await sleep(2000)
    }
  }
  await sleep(10_000)
  await reload(5)
  const before = await resident()
  await reload(20)
  const after = await resident()
  going = false
  await Promise.all(clients)
  agent.destroy()
  t.same(wrong, [])
  t.ok((seen.get(200) ?? 0) > 1000, `${[...seen].map(([status, count]) => `${status}: ${count}`).join(', ')}`)
  t.ok(Number.isNaN(before) || after < 1.25 * before, `memory ${before.toFixed(0)} MiB, later ${after.toFixed(0)} MiB`)
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
})

/** Resident memory in MiB; NaN where the system does not tell. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

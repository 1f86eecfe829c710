import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { PackageFiles } from '../plugin/api.ts'
import type { Answer } from './answers.ts'

/** Rows that are scored at a time. */
const batch = 1000

/** Runs beside the module: reads rows from stdin and writes answers to stdout. */
const program = `
const { score, scoreBatch } = await import(process.argv[1])
let text = ''
for await (const chunk of process.stdin) text += chunk
const rows = JSON.parse(text)
const one = (row) => { try { return score(row) } catch (thrown) { return { error: thrown.code ?? String(thrown) } } }
const answers = []
for (let start = 0; start < rows.length; start += ${batch}) {
  const some = rows.slice(start, start + ${batch})
  try { answers.push(...scoreBatch(some)) } catch { answers.push(...some.map(one)) }
}
process.stdout.write(JSON.stringify(answers))
`

/** Answers of the module in a package's files. @throws DaybookError PACKAGE_BROKEN where it cannot be loaded */
export async function answersOfModule(files: PackageFiles, rows: readonly JsonObject[]): Promise<Answer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-package-'))
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    for (const name of ['index.js', 'model.js']) await writeFile(join(folder, name), files.get(name) ?? '')
    return await askModule(join(folder, 'index.js'), rows)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Scores rows by a module in a process that may read its folder and nothing else. */
export async function askModule(file: string, rows: readonly JsonObject[]): Promise<Answer[]> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const permission =
    major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13)
      ? '--permission'
      : '--experimental-permission'
  const words = [
    '--no-warnings',
    permission,
    `--allow-fs-read=${join(dirname(file), '/')}`,
    '--input-type=module',
    '--eval',
    program,
    pathToFileURL(file).href,
  ]
  // A bare environment, also where somebody hooks `spawn` to load code of theirs first: that may not be read here.
  const [command, args] =
    process.platform === 'win32' ? [process.execPath, words] : ['env', ['-i', process.execPath, ...words]]
  const child = spawn(command, args, { env: { PATH: process.env.PATH }, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {}) // one that ends before it has read is told by its exit
  child.stdin.end(JSON.stringify(rows))
  const [out, complaint, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((done, lost) => child.on('close', done).on('error', lost)),
  ])
  if (code !== 0) throw fail('PACKAGE_BROKEN', { reason: lastLine(complaint) })
  return JSON.parse(out) as Answer[]
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => /Error/.test(line))
      ?.trim() ?? 'it ended without an answer'
  )
}

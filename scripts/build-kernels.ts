// Compiles the kernels twice from one source: for training over shared memory, for scoring over plain memory.
// Nothing that looks at the processor is switched on (no relaxed SIMD), and nothing that reorders floating-point operations.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const source = join(root, 'src/kernels/assembly/index.ts')
const folder = join(root, 'dist/src/kernels')
const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')

const always = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--use',
  'abort=',
  '--importMemory',
  '--maximumMemory',
  '65536',
  '--enable',
  'simd',
]

mkdirSync(folder, { recursive: true })
compile('scoring', [])
compile('training', ['--enable', 'threads', '--sharedMemory'])

function compile(name: string, options: readonly string[]): void {
  const out = join(folder, `${name}.wasm`)
  const { status } = spawnSync(process.execPath, [compiler, source, ...always, ...options, '--outFile', out], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}

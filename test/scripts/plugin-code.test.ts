import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { digestOfBuiltIn } from '../../scripts/plugin-code.ts'

const before = {
  'plugins/metric/plain.js': "import { share } from './plain/share.js'\nexport default share",
  'plugins/metric/plain/share.js': 'export const share = 1',
  'plugins/metric/math.js': 'export default ({ kernels }) => kernels.math.exp(1)',
  'plugins/metric/columns.js': "import { MISSING } from 'daybook/frame'\nexport default MISSING",
  'src/kernels/index.js': 'export const exp = 1',
  'src/kernels/training.wasm': '\0asm',
  'src/frame/index.js': 'export const MISSING = -1',
}

t.test('a digest follows the code that a plugin stands on, and no other', async (t) => {
  const plugins = ['plain', 'math', 'columns']
  const digests = (changes: Readonly<Record<string, string>>): string[] => {
    const dist = t.testdir({})
    for (const [name, text] of Object.entries({ ...before, ...changes })) {
      mkdirSync(dirname(join(dist, name)), { recursive: true })
      writeFileSync(join(dist, name), text)
    }
    return plugins.map((id) => digestOfBuiltIn(dist, join(dist, `plugins/metric/${id}.js`)))
  }
  const first = digests({})
  const changed = (changes: Readonly<Record<string, string>>): string[] => {
    const now = digests(changes)
    return plugins.filter((_, i) => now[i] !== first[i])
  }

  t.strictSame(changed({}), [])
  t.strictSame(changed({ 'plugins/metric/plain/share.js': 'export const share = 2' }), ['plain'])
  t.strictSame(changed({ 'src/kernels/training.wasm': '\0asm2' }), ['math'])
  t.strictSame(changed({ 'src/kernels/index.js': 'export const exp = 2' }), ['math'])
  t.strictSame(changed({ 'src/frame/index.js': 'export const MISSING = -2' }), ['columns'])
  t.strictSame(changed({ 'src/frame/index.d.ts': 'export declare const MISSING: number' }), [])
  t.strictSame(changed({ 'src/plan/key.js': '' }), [])
})

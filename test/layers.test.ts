import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import t from 'tap'
import { root } from './root.ts'

/** Each row may import the rows above it and itself, folder by folder: never below, never beside. */
const layers: readonly (readonly string[])[] = [
  ['base'],
  ['kernels', 'frame'],
  ['plugin'],
  ['spec'],
  ['store', 'model'],
  ['plan'],
  ['run'],
  ['package', 'report', 'serve'],
  ['index.ts'],
  ['cli', 'testing'],
]
const rowOf = new Map(layers.flatMap((row, i) => row.map((folder) => [folder, i] as const)))

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes(`${sep}assembly`))
    .map((entry) => join(entry.parentPath, entry.name))
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string)
}

t.test('a folder of src imports only folders above it', async (t) => {
  const src = join(root, 'src')
  for (const file of sources(src)) {
    const from = relative(src, file).split(sep)[0] as string
    const row = rowOf.get(from)
    t.not(row, undefined, `${from} stands in the list of layers`)
    for (const specifier of imports(file)) {
      if (!specifier.startsWith('.')) continue
      const target = relative(src, join(dirname(file), specifier))
      const to = target.split(sep)[0] as string
      if (to === from) continue
      const allowed = (rowOf.get(to) ?? Number.POSITIVE_INFINITY) < (row as number)
      if (!allowed) t.fail(`src/${relative(src, file)} imports ${specifier}: ${from} stands above or beside ${to}`)
    }
  }
})

t.test('src names no plugin and imports none', async (t) => {
  for (const file of sources(join(root, 'src'))) {
    for (const specifier of imports(file)) {
      if (/plugins\//.test(specifier)) t.fail(`${relative(root, file)} imports ${specifier}`)
    }
  }
})

t.test('plugins see the public packages alone', async (t) => {
  const open = new Set(['daybook/plugin', 'daybook/frame', 'daybook/kernels'])
  for (const file of sources(join(root, 'plugins'))) {
    for (const specifier of imports(file)) {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) {
        const target = relative(join(root, 'plugins'), join(dirname(file), specifier))
        if (specifier.startsWith('.') && target.startsWith('..')) t.fail(`${relative(root, file)} imports ${specifier}`)
      } else if (!open.has(specifier)) t.fail(`${relative(root, file)} imports ${specifier}`)
    }
  }
})

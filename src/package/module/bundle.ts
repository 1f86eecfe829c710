import { builtinModules } from 'node:module'
import { dirname, extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from '@rollup/wasm-node'
import { fail } from '../../base/errors.ts'
import type { PluginModule } from '../../plugin/api.ts'

/** A plugin that a package carries: how its model names it, and where its code is. */
export interface BundledPlugin {
  readonly use: string
  readonly module: PluginModule
}

const entry = '\0entry'
const builtIn = new Set(builtinModules)
/** Loaded when they are used, which a package never does. */
const leftOut = new Set(['@duckdb/node-api'])

/**
 * Bundles the code that scores with the plugins that a model needs, and nothing else, into one ES module that imports `./model.js`
 * alone. Equal versions of the code give equal text.
 *
 * @throws DaybookError PACKAGE_NOT_SELF_CONTAINED where a plugin needs what a browser does not have
 */
export async function bundleScorer(plugins: readonly BundledPlugin[]): Promise<string> {
  const bundle = await rollup({
    input: entry,
    treeshake: { moduleSideEffects: false },
    onwarn: () => {}, // what cannot be resolved is found below, as an import of what comes out
    plugins: [
      {
        name: 'daybook-package',
        resolveId: (id, importer) => resolveModule(id, importer),
        load: (id) => (id === entry ? entryText(plugins) : undefined),
      },
    ],
  })
  try {
    const { output } = await bundle.generate({
      format: 'es',
      generatedCode: 'es2015',
      inlineDynamicImports: true,
      sourcemap: false,
    })
    const [chunk] = output
    const needed = chunk.imports.filter((id) => id !== './model.js')
    if (needed.length > 0) throw fail('PACKAGE_NOT_SELF_CONTAINED', { modules: needed.join(', ') })
    return chunk.code
  } finally {
    await bundle.close()
  }
}

function entryText(plugins: readonly BundledPlugin[]): string {
  const imports = plugins.map(({ module }, i) => {
    const what = module.name === 'default' ? 'default' : JSON.stringify(module.name)
    return `import { ${what} as plugin${i} } from ${JSON.stringify(fileURLToPath(module.url))}`
  })
  const list = plugins.map(({ use }, i) => `{ use: ${JSON.stringify(use)}, plugin: plugin${i} }`)
  return `import { openScorer } from ${JSON.stringify(pathOf('./scorer.js'))}
import { packed } from './model.js'
${imports.join('\n')}
const scorer = await openScorer(packed, [${list.join(', ')}])
export const { signature, digest, score, scoreBatch } = scorer
`
}

function resolveModule(
  id: string,
  importer: string | undefined,
): string | false | undefined | { id: string; external: true } {
  if (id === entry) return entry
  if (id === './model.js' && importer === entry) return { id, external: true }
  if (id.startsWith('daybook/')) return fileURLToPath(import.meta.resolve(id))
  if (id.startsWith('node:') || builtIn.has(id) || leftOut.has(id)) return { id, external: true }
  if (importer === undefined || !(id.startsWith('.') || id.startsWith('/'))) return undefined
  const path = resolve(dirname(importer), id)
  // A package hashes nothing: it holds its digests.
  if (path === pathOf('../../base/digest.js')) return pathOf('./no-digest.js')
  return extname(path) === '' ? `${path}.js` : path
}

/** Path of a module of this folder. */
function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

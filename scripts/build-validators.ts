// Writes dist/src/plugin/validators/: for the structure of a page and the params of each built-in plugin, what ajv makes of the
// schema, under the schema's digest. A check of a page then generates no code and loads no ajv. A schema that changed since has
// another digest: it is compiled when it is needed, so that nothing here can be stale.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import standaloneCode from 'ajv/dist/standalone/index.js'
import builtIns from '../plugins/index.ts'
import { digestJson } from '../src/base/digest.ts'
import type { ParamSchema, ParamsSchema, Plugin } from '../src/plugin/api.ts'
import { valueJsonSchema } from '../src/plugin/params-schema.ts'
import { ajvOptions, compiledFolder } from '../src/plugin/validators.ts'
import { structure } from '../src/spec/page-schema.ts'

// ajv writes `require` for its two small run-time functions even into modules.
const head = "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\n"

const plugins = await Promise.all(builtIns.plugins.map(({ load }) => load()))
const params = plugins.map((module) => (module.default as Plugin).params as ParamsSchema)
const schemas: readonly ParamSchema[] = [
  structure,
  ...params.map((properties) => ({ type: 'object', properties }) as const),
]

rmSync(compiledFolder, { recursive: true, force: true })
mkdirSync(compiledFolder, { recursive: true })
for (const schema of schemas) {
  const json = valueJsonSchema(schema)
  const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true } })
  const code = standaloneCode.default(ajv, ajv.compile(json))
  writeFileSync(new URL(`${digestJson(json)}.js`, compiledFolder), code.includes('require(') ? head + code : code)
}

// Writes what is made of the plugins and of the code table: the editor schema, the schema of records and two reference pages. CI compares them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRegistry } from '../src/plugin/open-registry.ts'
import { composeSchema } from '../src/spec/index.ts'
import { recordSchema } from '../src/store/record-schema.ts'
import { errorReference, pluginReference } from './reference.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const registry = await openRegistry({ folder: root })

mkdirSync(join(root, 'schemas'), { recursive: true })
writeFileSync(
  join(root, 'schemas', 'pipeline.schema.json'),
  `${JSON.stringify(await composeSchema(registry), null, 2)}\n`,
)
writeFileSync(join(root, 'schemas', 'run-record.schema.json'), `${JSON.stringify(recordSchema(), null, 2)}\n`)
writeFileSync(join(root, 'docs', 'plugins.md'), await pluginReference(registry))
writeFileSync(join(root, 'docs', 'errors.md'), errorReference())

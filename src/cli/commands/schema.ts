import { composeSchema, openRegistry } from '../../index.ts'

/** Prints the JSON Schema of pages, with all built-in plugins. The schema is the output, with or without `--json`. */
export async function schema(): Promise<number> {
  const registry = await openRegistry({ folder: process.cwd() })
  process.stdout.write(`${JSON.stringify(await composeSchema(registry), null, 2)}\n`)
  return 0
}

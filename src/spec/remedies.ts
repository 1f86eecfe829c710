import type { ColumnInfo } from '../frame/index.ts'
import type { ParamsSchema, PreprocessPlugin, Registry } from '../plugin/api.ts'
import { fillParams } from '../plugin/fill-params.ts'

/**
 * What to do about a column that somebody cannot take: the preprocess plugins that make something of it that they can,
 * by their own word. No plugin is known here by name.
 */
export async function remedies(
  registry: Registry,
  column: ColumnInfo,
  fits: (after: ColumnInfo) => boolean,
): Promise<string> {
  const found: string[] = []
  for (const id of registry.ids('preprocess')) {
    const { plugin } = await registry.find('preprocess', id)
    if (helps(plugin as PreprocessPlugin, column, fits)) found.push(`\`${id}\``)
  }
  const names = found.length > 3 ? `${found.slice(0, 3).join(', ')} …` : found.join(' or ')
  const add =
    found.length === 0
      ? 'Add a preprocess cell that makes something of it'
      : `Add a preprocess cell before it: ${names}`
  return `${add}; or give the column \`role: ignore\`.`
}

function helps(plugin: PreprocessPlugin, column: ColumnInfo, fits: (after: ColumnInfo) => boolean): boolean {
  const params = plugin.params as ParamsSchema
  if (plugin.tasks !== undefined) return false // this page may be about another
  if (!plugin.takes.includes(column.type) || (column.missing && plugin.missing !== 'allow')) return false
  if (Object.values(params).some((schema) => schema.default === undefined)) return false
  try {
    const after = plugin.output([column], fillParams(params, {}) as never)
    return after.length > 0 && after.every(fits)
  } catch {
    return false // its own conformance test says so
  }
}

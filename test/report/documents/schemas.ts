import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { root } from '../../root.ts'

const strict = new Validation.JsonStrictValidator(Spec.Version.v1dot6)

/** What the library's strict validator of CycloneDX 1.6 has against a bill of materials; null: nothing. */
export function bomErrors(bom: string): Promise<unknown> {
  return strict.validate(bom)
}

const specification = join(dirname(root), 'shared', 'specs', 'openlineage', 'OpenLineage.json')

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
}

/** Says what is wrong with an OpenLineage event, or nothing; undefined where the specification is not here. */
export function lineageValidator(): ((event: unknown) => string | undefined) | undefined {
  if (!existsSync(specification)) return undefined
  const load = createRequire(import.meta.url)
  const { default: Ajv } = load('ajv/dist/2020') as typeof import('ajv/dist/2020.js')
  const ajv = new Ajv({ strict: false })
  for (const [name, pattern] of Object.entries(formats)) ajv.addFormat(name, pattern)
  const validate = ajv.compile(JSON.parse(readFileSync(specification, 'utf8')))
  return (event) => (validate(event) ? undefined : JSON.stringify(validate.errors))
}

/**
 * Rows of a document's own tables that have not as many cells as their head. Its own have a title above them, or a head
 * without words; others are the page's prose.
 */
export function brokenRows(markdown: string): readonly string[] {
  const cells = (row: string): number => row.replace(/\\./g, '').split('|').length
  const lines = markdown.split('\n')
  const broken: string[] = []
  let head = 0
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith('|')) head = 0
    else if (head > 0 && cells(line) !== head) broken.push(line)
    else if (line === '|  |  |' || /^\*.+\*$/.test(lines[i - 2] ?? '')) head = cells(line)
  }
  return broken
}

/** Links inside an HTML text that lead nowhere, and ids that stand twice. */
export function brokenAnchors(html: string): readonly string[] {
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id as string)
  const known = new Set(ids)
  const dangling = [...html.matchAll(/href="#([^"]*)"/g)].flatMap(([, id]) =>
    known.has(id as string) ? [] : [`#${id}`],
  )
  return [...dangling, ...ids.filter((id, i) => ids.indexOf(id) !== i)]
}

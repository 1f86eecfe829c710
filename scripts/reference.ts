import type { CodeEntry } from '../src/base/codes/code.ts'
import { codes } from '../src/base/codes/index.ts'
import { type WarningEntry, warnings } from '../src/base/codes/warnings.ts'
import type { Json } from '../src/base/json.ts'
import type { ParamSchema, ParamsSchema, Plugin, PluginKind, Registry } from '../src/plugin/api.ts'
import { describeSchema } from '../src/plugin/check-params.ts'
import { pluginKinds } from '../src/plugin/check-plugin.ts'

const generated = '<!-- Made by `npm run generate`. Change the source that it names, not this file. -->\n'

const headings: Readonly<Record<PluginKind, string>> = {
  data: 'Data',
  preprocess: 'Preprocess',
  algorithm: 'Algorithms',
  optimizer: 'Optimizers',
  compress: 'Compress',
  metric: 'Metrics',
  deploy: 'Targets of deployment',
}

/** `docs/plugins.md`: what each plugin does, its params, how a page uses it. */
export async function pluginReference(registry: Registry): Promise<string> {
  const sections: string[] = []
  const contents: string[] = []
  for (const kind of pluginKinds) {
    const ids = registry.ids(kind)
    if (ids.length === 0) continue
    contents.push(`- ${headings[kind]}: ${ids.map((id) => `[${id}](#${id})`).join(', ')}`)
    sections.push(`## ${headings[kind]}`)
    for (const id of ids) sections.push(pluginSection((await registry.find(kind, id)).plugin as Plugin))
  }
  const intro =
    'Every plugin that comes with Daybook, from what it declares in `plugins/`. A param without default is required.'
  return `${generated}# Plugins\n\n${intro}\n\n${contents.join('\n')}\n\n${sections.join('\n\n')}\n`
}

/** `docs/errors.md`: every code, what it says, what to do, how a command ends; then what a run warns of. */
export function errorReference(): string {
  const rows = Object.entries(codes as Readonly<Record<string, CodeEntry>>).map(
    ([code, { message, hint, exit, http }]) => {
      const cells = [
        `\`${code}\``,
        message,
        hint ?? 'It says so where it happens.',
        String(exit),
        http === undefined ? '' : String(http),
      ]
      return `| ${cells.map(tableText).join(' | ')} |`
    },
  )
  const intro =
    'Every error has a stable code. `{…}` is filled in with what was found. Exit 1: a run failed; 2: the page, its data or the command ' +
    'is wrong; 3: a gate failed; 4: verification differs; 130: interrupted. HTTP: the status that a server answers with.'
  const table = `| code | message | what to do | exit | HTTP |\n|---|---|---|---|---|\n${rows.join('\n')}`
  return `${generated}# Errors\n\n${intro}\n\n${table}\n\n${warningReference()}`
}

function warningReference(): string {
  const rows = Object.entries(warnings as Readonly<Record<string, WarningEntry>>).map(
    ([code, { message, hint }]) => `| ${[`\`${code}\``, message, hint].map(tableText).join(' | ')} |`,
  )
  const intro =
    'What a run warns of, and goes on. A page silences a warning under `ignore:`, with a reason. Plugins warn with codes of their own.'
  return `## Warnings\n\n${intro}\n\n| code | message | what to do |\n|---|---|---|\n${rows.join('\n')}\n`
}

function pluginSection(plugin: Plugin): string {
  const { id, summary, description } = plugin
  const parts = [`### ${id}`, summary]
  if (description !== undefined) parts.push(description)
  parts.push(factsOf(plugin), paramsTable(plugin.params as ParamsSchema), usage(plugin))
  return parts.filter((part) => part !== '').join('\n\n')
}

/** What a plugin declares beside its params, in one line. */
function factsOf(plugin: Plugin): string {
  const facts: string[] = []
  if (plugin.kind === 'algorithm') {
    facts.push(`learns ${plugin.tasks.join(', ')}`, `takes ${plugin.accepts.join(', ')} features`)
    facts.push(plugin.missing === 'allow' ? 'missing values allowed' : 'no missing values')
    if (plugin.optimizer)
      facts.push(`trained by an optimizer${plugin.defaultOptimizer ? ` (default \`${plugin.defaultOptimizer}\`)` : ''}`)
    if (plugin.monotone) facts.push('keeps `monotone`')
  }
  if (plugin.kind === 'preprocess') {
    facts.push(
      `takes ${plugin.takes.join(', ')}`,
      plugin.missing === 'allow' ? 'missing values allowed' : 'no missing values',
    )
    if (plugin.keepsOrder) facts.push('keeps order')
    if (plugin.uses === 'target') facts.push('sees the target')
  }
  if (plugin.kind === 'metric')
    facts.push(`for ${plugin.tasks.join(', ')}`, `of ${plugin.needs}`, `${plugin.better} is better`)
  if (plugin.kind === 'data' && plugin.inputs === 'some') facts.push('made `from` other cells')
  if (plugin.kind === 'data' && plugin.synthetic) facts.push('SYNTHETIC rows')
  if (plugin.random) facts.push('draws random numbers')
  return facts.length === 0 ? '' : `*${facts.join(' · ')}*`
}

function paramsTable(params: ParamsSchema): string {
  const rows = Object.entries(params).flatMap(([name, schema]) => paramRows(name, schema))
  return rows.length === 0 ? 'It has no params.' : `| param | what | default | |\n|---|---|---|---|\n${rows.join('\n')}`
}

function paramRows(name: string, schema: ParamSchema): string[] {
  const shown = schema.default === undefined ? 'required' : `\`${JSON.stringify(schema.default)}\``
  const row = `| \`${name}\` | ${tableText(describeSchema(schema))} | ${tableText(shown)} | ${tableText(schema.description ?? '')} |`
  const inner = [
    schema,
    ...(schema.anyOf ?? []),
    ...(schema.items ? [schema.items, ...(schema.items.anyOf ?? [])] : []),
  ]
  const nested = inner.flatMap(({ properties = {} }) => Object.entries(properties))
  return [row, ...nested.flatMap(([key, one]) => paramRows(`${name}.${key}`, one))]
}

function usage(plugin: Plugin): string {
  const { id, kind } = plugin
  const given = shownParams(plugin.params as ParamsSchema)
  const params = Object.entries(given)
  const cell =
    params.length === 0
      ? id
      : `{ use: ${id}, with: { ${params.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')} } }`
  const page: Readonly<Record<PluginKind, string>> = {
    data:
      params.length === 0
        ? `data:\n  use: ${id}`
        : `data:\n  use: ${id}\n  with: { ${params.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')} }`,
    preprocess: `preprocess:\n  - ${cell}`,
    algorithm: `algorithm: ${cell}`,
    optimizer: `optimizer: ${cell}`,
    compress: `compress:\n  - ${cell}`,
    metric: `evaluate:\n  metrics:\n    - ${cell}`,
    deploy: `deploy:\n  - ${cell}`,
  }
  return `\`\`\`yaml\n${page[kind]}\n\`\`\``
}

/** Params to show in use: the required ones, and up to three others that name an example. */
function shownParams(params: ParamsSchema): Readonly<Record<string, Json>> {
  const named = Object.entries(params).filter(([, schema]) => schema.examples?.[0] !== undefined)
  const required = named.filter(([, schema]) => schema.default === undefined)
  const chosen = required.length > 0 ? required : named.slice(0, 3)
  return Object.fromEntries(chosen.map(([name, schema]) => [name, schema.examples?.[0] as Json]))
}

function tableText(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

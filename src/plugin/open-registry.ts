import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { byCodeUnit } from '../base/canonical.ts'
import { fail } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { faultOfPlugin, pluginKinds } from './check-plugin.ts'
import { digestOfLocalCode, digestOfPackage, findPackage, readPackageJson } from './code-digest.ts'
import type { Defined, Plugin, PluginKind } from './kinds.ts'
import { packageEntry } from './package-entry.ts'
import { type OpenSet, openSet } from './plugin-set.ts'
import type { Registry, ResolvedPlugin } from './registry.ts'

export interface RegistryOptions {
  /** Absolute folder of the page: local plugins and npm packages are looked for from here. */
  readonly folder: string
  /** Modules that export sets of plugins; ids of earlier ones win. Default: the set that comes with Daybook. */
  readonly sets?: readonly string[]
}

/**
 * Opens the registry of a page. Sets are loaded here, their plugins when they are asked for: each once. Built-ins, npm
 * packages and local files pass the same checks.
 *
 * @throws DaybookError PLUGIN_LOAD_FAILED, PLUGIN_INVALID where a set cannot be used.
 */
export async function openRegistry({ folder, sets = ['daybook/plugins'] }: RegistryOptions): Promise<Registry> {
  const open = await Promise.all(sets.map(openSet))
  const ids = (kind: PluginKind): string[] => {
    const all = open.flatMap(({ entries }) => entries.filter((entry) => entry.kind === kind).map(({ id }) => id))
    return [...new Set(all)].sort(byCodeUnit)
  }
  const found = new Map<string, Promise<ResolvedPlugin>>()
  const resolvePlugin = async (kind: PluginKind, use: string): Promise<ResolvedPlugin> => {
    const resolved = isPath(use)
      ? await loadLocal(use, folder)
      : use.includes('/')
        ? await loadPackage(use, folder)
        : await loadFromSets(open, kind, use, ids)
    const actual = resolved.plugin.kind
    if (actual !== kind)
      throw fail('PLUGIN_WRONG_KIND', { use, actual, kind }, { hint: `Write it ${whereItStands[actual]}.` })
    return resolved
  }
  return {
    ids,
    find<Kind extends PluginKind>(kind: Kind, use: string) {
      const key = `${kind} ${use}`
      const known = found.get(key) ?? resolvePlugin(kind, use)
      found.set(key, known)
      return known as Promise<ResolvedPlugin<Kind>>
    },
  }
}

/** Where a page names plugins of a kind. */
const whereItStands: Readonly<Record<PluginKind, string>> = {
  data: 'under `data:` or `cells:`',
  preprocess: 'under `preprocess:`',
  algorithm: 'under `algorithm:`',
  optimizer: 'under `optimizer:`',
  compress: 'under `compress:`',
  metric: 'under `evaluate: { metrics: }`',
  deploy: 'under `deploy:`',
}

/** A kind in words, with its article: `an algorithm`. */
const inWords: Readonly<Record<PluginKind, string>> = {
  data: 'a data source',
  preprocess: 'a preprocess plugin',
  algorithm: 'an algorithm',
  optimizer: 'an optimizer',
  compress: 'a compress plugin',
  metric: 'a metric',
  deploy: 'a target of deployment',
}

// ── sets ────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function loadFromSets(
  open: readonly OpenSet[],
  kind: PluginKind,
  id: string,
  ids: (kind: PluginKind) => string[],
): Promise<ResolvedPlugin> {
  for (const set of open) {
    const entry = set.entries.find((one) => one.kind === kind && one.id === id)
    if (entry === undefined) continue
    const plugin = checked((await load(id, entry.load)).default, id)
    if (plugin.id !== id) throw fail('PLUGIN_INVALID', { plugin: id, reason: `its own id is \`${plugin.id}\`` })
    return { plugin, use: id, origin: 'built-in', code: set.code(kind, id), module: set.module(kind, id) }
  }
  throw fail('PLUGIN_UNKNOWN', { kind, id }, { hint: suggestion(kind, id, ids) })
}

function suggestion(kind: PluginKind, id: string, ids: (kind: PluginKind) => string[]): string {
  const near = nearest(id, ids(kind))
  if (near !== undefined) return `did you mean \`${near}\`?`
  const other = pluginKinds.find((one) => ids(one).includes(id))
  if (other !== undefined) return `\`${id}\` is ${inWords[other]}: write it ${whereItStands[other]}`
  for (const one of pluginKinds) {
    const elsewhere = nearest(id, ids(one))
    if (elsewhere !== undefined) return `did you mean \`${elsewhere}\`, ${inWords[one]}? Write it ${whereItStands[one]}`
  }
  const all = ids(kind)
  return all.length === 0 ? 'None comes with Daybook: name an npm package or a file.' : `There are ${all.join(', ')}.`
}

// ── local files ─────────────────────────────────────────────────────────────────────────────────────────────────────

function isPath(use: string): boolean {
  return /^\.{1,2}[\\/]/.test(use) || isAbsolute(use)
}

async function loadLocal(use: string, folder: string): Promise<ResolvedPlugin> {
  const file = resolve(folder, use)
  if (!existsSync(file) || !statSync(file).isFile()) {
    const beside = existsSync(dirname(file)) ? readdirSync(dirname(file)) : []
    const near = nearest(basename(file), beside)
    const hint =
      near === undefined
        ? 'The path starts from the folder of the page.'
        : `did you mean \`${use.slice(0, -basename(use).length)}${near}\`?`
    throw fail('PLUGIN_LOAD_FAILED', { plugin: use, reason: 'there is no such file' }, { hint })
  }
  if (/^\.[cm]?ts$/.test(extname(file)) && !canLoadTypeScript()) {
    const hint = 'Use Node 22.18 or newer, or compile the plugin to JavaScript and name the .js file.'
    const reason = `Node ${process.versions.node} cannot load TypeScript`
    throw fail('PLUGIN_LOAD_FAILED', { plugin: use, reason }, { hint })
  }
  const url = pathToFileURL(file).href
  const plugin = checked((await load(use, () => import(url))).default, use)
  return { plugin, use, origin: 'local', code: digestOfLocalCode(file), module: { url, name: 'default' } }
}

function canLoadTypeScript(): boolean {
  return Boolean((process.features as { readonly typescript?: unknown }).typescript)
}

// ── npm packages ────────────────────────────────────────────────────────────────────────────────────────────────────

async function loadPackage(use: string, folder: string): Promise<ResolvedPlugin> {
  const parts = use.split('/')
  const name = parts.slice(0, use.startsWith('@') ? 2 : 1).join('/')
  const wanted = use.slice(name.length + 1)
  const at = parts.includes('..') ? undefined : findPackage(name, folder)
  if (at === undefined) {
    const hint = `Install it beside the page: \`npm install ${name}\`.`
    throw fail('PLUGIN_LOAD_FAILED', { plugin: use, reason: `the package ${name} is not installed` }, { hint })
  }
  const json = readPackageJson(at)
  const entry = packageEntry(at, json, wanted)
  const file = entry ?? packageEntry(at, json, '')
  const exported = entry === undefined ? wanted : 'default'
  const url = file && pathToFileURL(file).href
  const module = url === undefined ? {} : await load(use, () => import(url))
  const found = (module as Readonly<Record<string, unknown>>)[exported]
  if (url === undefined || found === undefined) {
    throw fail('PLUGIN_LOAD_FAILED', { plugin: use, reason: `${name}@${json.version} exports nothing of that name` })
  }
  const plugin = checked(found, use)
  const code = digestOfPackage(at)
  return { plugin, use, origin: 'npm', package: `${json.name}@${json.version}`, code, module: { url, name: exported } }
}

// ── what comes out ──────────────────────────────────────────────────────────────────────────────────────────────────

async function load(
  use: string,
  by: () => Promise<{ readonly default?: unknown }>,
): Promise<{ readonly default?: unknown }> {
  try {
    return await by()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fail('PLUGIN_LOAD_FAILED', { plugin: use, reason }, { cause })
  }
}

function checked(plugin: unknown, use: string): Defined<PluginKind> {
  const reason = faultOfPlugin(plugin)
  if (reason !== undefined) throw fail('PLUGIN_INVALID', { plugin: use, reason }, { plugin: use })
  return plugin as Plugin
}

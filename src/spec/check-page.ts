import { asDaybookError, type DaybookError, fail, failAll } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { AlgorithmPlugin, CompressPlugin, PluginKind, ResolvedPlugin } from '../plugin/api.ts'
import { openValidators } from '../plugin/validators.ts'
import { readApprovals } from './check-approvals.ts'
import { checkColumns } from './check-columns.ts'
import { checkIgnore } from './check-ignore.ts'
import {
  checkGates,
  checkMetrics,
  checkTarget,
  checkTargetUsers,
  defaultMetrics,
  outputOf,
  readGates,
} from './check-model.ts'
import { checkSources } from './check-sources.ts'
import { checkStructure, withoutFreeKeys } from './check-structure.ts'
import { checkNoEnv } from './environment.ts'
import { readIgnore } from './ignore.ts'
import { checkListedTwice, nameCells } from './name-cells.ts'
import { applyOverrides, type Override } from './overrides.ts'
import { makePage, mapOf, type Page, valueAt } from './page.ts'
import { sortByPlace } from './parse-page.ts'
import type { CellSpec, Pipeline, PreprocessCell, SpecContext, SpecPath } from './pipeline.ts'
import { readFacts, readSelector, readSplit, readTarget } from './read-columns.ts'
import { readPage } from './read-page.ts'
import { type CheckContext, resolveCell, type Unnamed } from './resolve-cell.ts'
import { resolvedPage } from './resolved-page.ts'
import { defaults } from './schema-words.ts'
import { measuredTasks, possibleTasks } from './task.ts'

/** A page that was checked: the pipeline, or everything that is wrong with it, in the order of the text. */
export interface CheckedPage {
  readonly pipeline?: Pipeline
  readonly errors: readonly DaybookError[]
}

/**
 * Checks a page without its data: structure, plugins and their params, what cells are made of, targets, metrics, gates.
 * Finds all errors at once and never throws on what a user wrote.
 */
export async function checkPage(
  source: Page,
  ctx: SpecContext,
  overrides: readonly Override[] = [],
): Promise<CheckedPage> {
  try {
    return await new PageCheck(source, ctx, overrides).check()
  } catch (thrown) {
    return { errors: [asDaybookError(thrown)] }
  }
}

/**
 * Reads and checks a page.
 *
 * @throws DaybookError with all that was found as `.all`
 */
export async function loadPipeline(
  file: string,
  ctx: SpecContext,
  overrides: readonly Override[] = [],
): Promise<Pipeline> {
  const { pipeline, errors } = await checkPage(await readPage(file), ctx, overrides)
  if (pipeline === undefined) throw failAll(errors)
  return pipeline
}

/** One check of one page: what was found so far. */
class PageCheck {
  readonly #page: Page
  readonly #ctx: CheckContext
  readonly #overrides: readonly Override[]
  readonly #errors: DaybookError[] = []
  readonly #broken: { readonly path: SpecPath; readonly unknown: boolean }[] = []

  constructor(source: Page, ctx: SpecContext, overrides: readonly Override[]) {
    const { page, errors } = applyOverrides(source, overrides)
    this.#page = makePage({ ...page, root: withoutFreeKeys(page.root) })
    this.#ctx = { ...ctx, validators: openValidators() }
    this.#overrides = overrides
    this.#errors.push(...errors)
  }

  async check(): Promise<CheckedPage> {
    const structural = await checkStructure(this.#page, this.#ctx.validators)
    for (const { path, error } of [...structural, ...checkNoEnv(this.#page)]) {
      if (this.#broken.some((fault) => samePath(fault.path, path))) continue
      this.#errors.push(error)
      this.#broken.push({ path, unknown: error.code === 'SPEC_UNKNOWN_KEY' })
    }
    const pipeline = await this.#checkSections()
    return this.#errors.length > 0 || pipeline === undefined
      ? { errors: sortByPlace(this.#errors) }
      : { pipeline, errors: [] }
  }

  async #checkSections(): Promise<Pipeline | undefined> {
    const page = this.#page
    const { root } = page
    const { sources, from } = await checkSources(page, this.#ctx, (path) => this.#usable(path), this.#errors)
    const preprocess = await this.#cells('preprocess', ['preprocess'])
    const algorithm = await this.#one('algorithm', root.algorithm)
    const optimizer = await this.#optimizer(algorithm?.plugin)
    const compress = await this.#cells('compress', ['compress'])
    const metrics = await this.#cells('metric', ['evaluate', 'metrics'])
    const deploy = await this.#cells('deploy', ['deploy'])

    // What follows needs sections that are sound in themselves.
    const named = {
      preprocess: nameCells<PreprocessCell>(
        page,
        preprocess.cells.map(withSelector(root)),
        (sources ?? []).map(({ id }) => id),
        this.#errors,
      ),
      compress: nameCells<CellSpec<'compress'>>(page, compress.cells, [], this.#errors),
      metrics: nameCells<CellSpec<'metric'>>(page, metrics.cells, [], this.#errors),
      deploy: nameCells<CellSpec<'deploy'>>(page, deploy.cells, [], this.#errors),
    }
    for (const list of [named.compress, named.metrics, named.deploy]) this.#errors.push(...checkListedTwice(page, list))
    const columns = this.#columns(algorithm?.plugin)
    const target = columns?.target
    const plugin = algorithm?.plugin?.plugin as AlgorithmPlugin | undefined
    const output = plugin && algorithm?.cell && outputOf(plugin, algorithm.cell.params)
    const tasks = plugin && columns ? possibleTasks(plugin, target) : []
    if (plugin !== undefined && columns !== undefined)
      this.#errors.push(...(await checkTarget(page, plugin, target, this.#ctx.registry)))
    if (plugin !== undefined) {
      this.#errors.push(...checkMetrics(page, metrics.found, { algorithm: plugin, tasks, target, output }))
      this.#errors.push(...checkTargetUsers(page, preprocess.found, plugin, tasks))
      this.#checkCompress(named.compress, plugin)
    }
    const approvals = this.#sound(['approvals']) ? await readApprovals(page, this.#ctx, this.#errors) : []
    const gates = this.#sound(['gates']) ? readGates(root.gates) : []
    const evaluate = this.#sound(['evaluate']) ? ((root.evaluate ?? {}) as JsonObject) : undefined
    const chosen =
      evaluate?.metrics !== undefined || output === undefined
        ? named.metrics
        : await defaultMetrics(this.#ctx, measuredTasks(tasks, target), output)
    const computed =
      evaluate === undefined || !metrics.complete || output === undefined ? undefined : chosen.map(({ id }) => id)
    const folds = (evaluate?.folds ?? defaults.folds) as number
    if (folds === 1) this.#errors.push(fail('SPEC_ONE_FOLD', {}, { at: page.place(['evaluate', 'folds']) }))
    this.#errors.push(...checkGates(page, gates, computed, evaluate === undefined ? 1 : folds, this.#ctx))

    const ignore = this.#sound(['ignore']) ? readIgnore(root) : []
    const ids =
      sources && preprocess.complete && compress.complete && deploy.complete
        ? cellIds(sources, named, folds)
        : undefined
    this.#errors.push(...checkIgnore(page, ignore, ids))

    if (this.#errors.length > 0 || !sources || !algorithm?.cell || !columns || !evaluate) return undefined
    const parts: Omit<Pipeline, 'resolved'> = {
      source: page,
      name: root.name as string,
      ...texts(root),
      seed: (root.seed ?? defaults.seed) as number,
      sources,
      from,
      ...columns,
      preprocess: named.preprocess,
      algorithm: { id: 'train', ...unwanted(algorithm.cell) },
      ...(optimizer && { optimizer: { id: 'optimizer', ...unwanted(optimizer) } }),
      compress: named.compress,
      evaluate: {
        metrics: chosen,
        folds,
        resamples: (evaluate.resamples ?? defaults.resamples) as number,
        ...(typeof evaluate.note === 'string' && { note: evaluate.note }),
      },
      gates,
      approvals,
      ignore,
      deploy: named.deploy,
      notes: notesOf(root),
      overrides: this.#overrides,
    }
    return { ...parts, resolved: resolvedPage(parts, root) }
  }

  /** Target, key, facts and split, where that part of `data:` is sound. */
  #columns(
    algorithm: ResolvedPlugin<'algorithm'> | undefined,
  ): Pick<Pipeline, 'target' | 'key' | 'columns' | 'split'> | undefined {
    const { data } = this.#page.root
    if (data === undefined || ['target', 'key', 'columns', 'split'].some((key) => !this.#sound(['data', key])))
      return undefined
    const map = mapOf(data)
    const target = readTarget(map)
    const key = map.key as string | undefined
    const split = readSplit(map)
    const columns = readFacts(map, split)
    this.#errors.push(...checkColumns(this.#page, { target, key, columns, split, algorithm }))
    return { ...(target && { target }), ...(key !== undefined && { key }), columns, split }
  }

  async #cells<Kind extends PluginKind>(kind: Kind, section: SpecPath) {
    const list = valueAt(this.#page.root, section)
    const items = Array.isArray(list) ? (list as readonly Json[]) : []
    const results = await Promise.all(
      items.map(async (value, i) => {
        const path = [...section, i]
        if (!this.#usable(path)) return undefined
        const { plugin, cell } = await resolveCell(this.#page, this.#ctx, { kind, path, value }, this.#errors)
        return plugin && { plugin, cell, path }
      }),
    )
    const found = results.filter((one) => one !== undefined)
    const cells = found.flatMap(({ cell }) => (cell === undefined ? [] : [cell]))
    return { found, cells: cells as Unnamed<CellSpec<Kind>>[], complete: cells.length === items.length }
  }

  async #one<Kind extends PluginKind>(kind: Kind, value: Json | undefined) {
    return value === undefined || !this.#usable([kind])
      ? undefined
      : resolveCell(this.#page, this.#ctx, { kind, path: [kind], value }, this.#errors)
  }

  /** The page's optimizer, or the algorithm's default one where it is trained by one. */
  async #optimizer(
    algorithm: ResolvedPlugin<'algorithm'> | undefined,
  ): Promise<Unnamed<CellSpec<'optimizer'>> | undefined> {
    const given = this.#page.root.optimizer
    const plugin = algorithm?.plugin as AlgorithmPlugin | undefined
    if (plugin !== undefined && given !== undefined && plugin.optimizer !== true) {
      const at = this.#page.place(['optimizer'], 'key')
      this.#errors.push(fail('SPEC_OPTIMIZER_NOT_TAKEN', { algorithm: plugin.id }, { at }))
      return undefined
    }
    if (given !== undefined) return (await this.#one('optimizer', given))?.cell
    if (plugin?.optimizer !== true) return undefined
    if (plugin.defaultOptimizer !== undefined) return (await this.#one('optimizer', plugin.defaultOptimizer))?.cell
    const hint = `Add \`optimizer: ${this.#ctx.registry.ids('optimizer')[0] ?? '<plugin>'}\`.`
    this.#errors.push(
      fail('SPEC_OPTIMIZER_NEEDED', { algorithm: plugin.id }, { at: this.#page.place(['algorithm'], 'key'), hint }),
    )
    return undefined
  }

  #checkCompress(cells: readonly CellSpec<'compress'>[], algorithm: AlgorithmPlugin): void {
    for (const { plugin, path } of cells) {
      const { id, algorithms } = plugin.plugin as CompressPlugin
      if (algorithms.includes('*') || algorithms.includes(algorithm.id)) continue
      const values = { compress: id, algorithm: algorithm.id, taken: algorithms.join(', ') }
      this.#errors.push(
        fail('SPEC_COMPRESS_MISMATCH', values, { at: this.#page.place([...path, 'use']), hint: 'Take it out.' }),
      )
    }
  }

  /** Is the cell at a path sound enough to look for its plugin? Faults deeper inside other keys do not matter. */
  #usable(path: SpecPath): boolean {
    return !this.#broken.some((fault) => {
      if (startsWith(path, fault.path)) return true
      if (!startsWith(fault.path, path)) return false
      const next = fault.path[path.length] as string
      return ['use', 'with', 'from', 'id'].includes(next) || (fault.unknown && fault.path.length === path.length + 1)
    })
  }

  /** Is nothing wrong with the structure at a path, above it or below? */
  #sound(path: SpecPath): boolean {
    return !this.#broken.some((fault) => startsWith(path, fault.path) || startsWith(fault.path, path))
  }
}

/** Ids that the page's cells have in a run. */
function cellIds(
  sources: readonly { readonly id: string }[],
  named: Readonly<Record<'preprocess' | 'compress' | 'deploy', readonly { readonly id: string }[]>>,
  folds: number,
): string[] {
  return [
    ...sources.map(({ id }) => id),
    'split',
    ...named.preprocess.map(({ id }) => id),
    'train',
    ...named.compress.map(({ id }) => `compress.${id}`),
    ...Array.from({ length: folds }, (_, i) => `fold-${i + 1}`),
    'checks',
    'evaluate',
    'gates',
    ...named.deploy.map(({ id }) => `deploy.${id}`),
  ]
}

function samePath(a: SpecPath, b: SpecPath): boolean {
  return a.length === b.length && startsWith(a, b)
}

function startsWith(path: SpecPath, start: SpecPath): boolean {
  return start.length <= path.length && start.every((step, i) => path[i] === step)
}

function withSelector(root: JsonObject) {
  return (cell: Unnamed<CellSpec<'preprocess'>>): Unnamed<PreprocessCell> => {
    const value = (root.preprocess as Json[])[cell.path[1] as number]
    const columns = readSelector(typeof value === 'object' ? (value as JsonObject).columns : undefined)
    return { ...cell, ...(columns && { columns }) }
  }
}

function unwanted<Cell extends Unnamed<CellSpec>>({ wanted: _, ...cell }: Cell): Omit<Cell, 'wanted'> {
  return cell
}

function texts(root: JsonObject): Pick<Pipeline, 'owner' | 'purpose' | 'limitations' | 'reviewBy' | 'note'> {
  const keys = ['owner', 'purpose', 'limitations', 'reviewBy', 'note'] as const
  return Object.fromEntries(keys.filter((key) => root[key] !== undefined).map((key) => [key, root[key]]))
}

/** Notes of sections that are no cell of their own. Those of gates stand together, a paragraph each. */
function notesOf(root: JsonObject): Record<string, string> {
  const data = mapOf(root.data)
  const gates = ((root.gates ?? []) as JsonObject[]).flatMap(({ note }) => (typeof note === 'string' ? [note] : []))
  const notes = {
    data: data.note,
    split: mapOf(data.split).note,
    evaluate: mapOf(root.evaluate).note,
    gates: gates.length > 0 ? gates.join('\n\n') : undefined,
  }
  return Object.fromEntries(
    Object.entries(notes).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

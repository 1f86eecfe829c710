import { canonicalJson } from '../base/canonical.ts'
import { type DaybookError, fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { ShownFigure, ShownTable, ShownWarning } from '../plugin/api.ts'
import type { Shown } from '../store/index.ts'

/** Most figures, tables and warnings that one cell may show. */
const most = 200

/** Collects what a cell shows. Everything is checked to be JSON as it comes, so that the plugin at fault is named. */
export class ShownCollector {
  readonly #figures: ShownFigure[] = []
  readonly #tables: ShownTable[] = []
  readonly #warnings: ShownWarning[] = []
  #facts: JsonObject = {}
  readonly #plugin: string

  constructor(plugin: string) {
    this.#plugin = plugin
  }

  figure(figure: ShownFigure): void {
    this.#add(this.#figures, figure, 'a figure')
  }

  table(table: ShownTable): void {
    this.#add(this.#tables, table, 'a table')
  }

  warn(warning: ShownWarning): void {
    this.#add(this.#warnings, warning, 'a warning')
  }

  facts(facts: JsonObject): void {
    this.#facts = { ...this.#facts, ...(asJson(facts, 'facts', this.#plugin) as JsonObject) }
  }

  /** What was warned of. */
  get warnings(): readonly ShownWarning[] {
    return this.#warnings
  }

  /** Canonical bytes of everything shown. */
  bytes(): Uint8Array {
    const shown: Shown = { figures: this.#figures, tables: this.#tables, warnings: this.#warnings, facts: this.#facts }
    return new TextEncoder().encode(canonicalJson(shown as unknown as JsonObject))
  }

  #add<T>(list: T[], value: T, what: string): void {
    const kept = asJson(value, what, this.#plugin) as T
    if (list.length < most) list.push(kept)
  }
}

/** A copy of a value as JSON holds it. @throws DaybookError PLUGIN_BAD_RESULT */
function asJson(value: unknown, what: string, plugin: string): Json {
  const bad = (reason: string): DaybookError =>
    fail('PLUGIN_BAD_RESULT', { plugin, got: `${what}: ${reason}`, expected: 'JSON' }, { plugin })
  try {
    return JSON.parse(canonicalJson(value as Json)) as Json
  } catch (thrown) {
    throw bad(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

import type { Digest } from '../base/digest.ts'
import type { Defined, PluginKind } from './kinds.ts'

/** One plugin of a set, loaded when a page asks for it. */
export interface PluginSetEntry {
  readonly kind: PluginKind
  readonly id: string
  load(): Promise<{ readonly default: unknown }>
}

/** What a package of plugins exports as its default: the built-in set has no other form. */
export interface PluginSet {
  readonly plugins: readonly PluginSetEntry[]
  /** URL of a JSON file `{ "<kind>/<id>": "<sha256>" }`, made at build time, that stands for the plugins' code. */
  readonly manifest?: string
  /** URL of the module whose default export is a plugin: packages that carry it take its code from there. */
  module?(kind: PluginKind, id: string): string
}

/** Where the code of a plugin is exported. */
export interface PluginModule {
  /** URL. */
  readonly url: string
  readonly name: string
}

/** A plugin that was found, with what its keys and the record say of it. */
export interface ResolvedPlugin<Kind extends PluginKind = PluginKind> {
  readonly plugin: Defined<Kind>
  /** As the page names it: `ridge`, `@acme/daybook-garch/garch`, `./plugins/garch.js`. */
  readonly use: string
  /** `built-in`, `npm`, `local`. */
  readonly origin: 'built-in' | 'npm' | 'local'
  /** `name@version` of the npm package, for foreign ones. */
  readonly package?: string
  /** Digest of the code that it stands on. */
  readonly code: Digest
  /** Where its code is; undefined where a set does not say. */
  readonly module?: PluginModule | undefined
}

/** Finds plugins by kind and `use`. Built-ins, npm packages and local files come the same way. */
export interface Registry {
  /** Ids of the built-in set, in order of id. */
  ids(kind: PluginKind): readonly string[]
  /** @throws DaybookError PLUGIN_UNKNOWN (with a suggestion), PLUGIN_LOAD_FAILED, PLUGIN_INVALID */
  find<Kind extends PluginKind>(kind: Kind, use: string): Promise<ResolvedPlugin<Kind>>
}

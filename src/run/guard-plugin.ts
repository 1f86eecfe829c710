import { DaybookError, fail } from '../base/errors.ts'
import type { PluginKind, Registry, ResolvedPlugin } from '../plugin/api.ts'

/**
 * A registry whose plugins answer for what they throw: an error that comes out of a hook becomes RUN_PLUGIN_FAILED with
 * the plugin's name, so that a fault of a plugin is never taken for one of Daybook.
 */
export function guardRegistry(registry: Registry): Registry {
  const guarded = new Map<object, object>()
  return {
    ids: (kind) => registry.ids(kind),
    async find<Kind extends PluginKind>(kind: Kind, use: string) {
      const resolved = await registry.find(kind, use)
      const known = guarded.get(resolved.plugin) ?? guardPlugin(resolved.plugin, use)
      guarded.set(resolved.plugin, known)
      return { ...resolved, plugin: known } as ResolvedPlugin<Kind>
    },
  }
}

function guardPlugin<P extends object>(plugin: P, name: string): P {
  const entries = Object.entries(plugin).map(([key, value]) => [
    key,
    typeof value === 'function' ? guardHook(plugin, value, name) : value,
  ])
  return Object.freeze(Object.fromEntries(entries)) as P
}

function guardHook(
  plugin: object,
  hook: (...given: unknown[]) => unknown,
  name: string,
): (...given: unknown[]) => unknown {
  return (...given) => {
    try {
      const result = hook.apply(plugin, given)
      return result instanceof Promise ? result.catch((thrown: unknown) => Promise.reject(blame(thrown, name))) : result
    } catch (thrown) {
      throw blame(thrown, name)
    }
  }
}

function blame(thrown: unknown, plugin: string): unknown {
  if (isAbort(thrown)) return thrown
  if (thrown instanceof DaybookError) return thrown.plugin === undefined ? thrown.with({ plugin }) : thrown
  const reason = thrown instanceof Error ? thrown.message || thrown.name : String(thrown)
  return fail('RUN_PLUGIN_FAILED', { plugin, reason }, { plugin, cause: thrown })
}

/** True for what `signal.throwIfAborted()` throws. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError'
}

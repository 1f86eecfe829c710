import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { asDaybookError, type DaybookError, fail } from '../../base/errors.ts'
import type { PluginKind, Registry } from '../../plugin/api.ts'
import { openRegistry } from '../../plugin/open-registry.ts'
import { checkPage, type Pipeline, parsePage } from '../../spec/index.ts'
import type { RunRecord } from '../../store/index.ts'

export interface ReadRecordedOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly sets?: readonly string[]
  /** False: plugins that do not come with Daybook are not loaded, since loading one runs it. Default: true. */
  readonly foreignCode?: boolean
}

/** The page of a record as it was when it ran, with its overrides, and the registry that its plugins come from. */
export interface RecordedPage {
  readonly pipeline?: Pipeline
  readonly registry?: Registry
  readonly errors: readonly DaybookError[]
}

/** Reads the text that a record holds, whatever the page's file says today. Its inputs need not be in their place. */
export async function readRecorded(
  { page, observed, overrides }: RunRecord,
  folder: string,
  { env, sets, foreignCode = true }: ReadRecordedOptions,
): Promise<RecordedPage> {
  try {
    const open = await openRegistry({ folder, ...(sets && { sets }) })
    const registry = foreignCode ? open : withoutForeignCode(open)
    const source = parsePage(page.text, observed.pageFile, folder)
    return { ...(await checkPage(source, { registry, env, findsFiles: true }, overrides)), registry }
  } catch (thrown) {
    return { errors: asDaybookError(thrown).all }
  }
}

/** Where the page stood, if that folder is still there; else the folder that the store stands in. */
export function folderOf({ observed }: RunRecord, store: string): string {
  const folder = dirname(resolve(observed.pageFile))
  return existsSync(resolve(observed.pageFile)) ? folder : dirname(resolve(store))
}

/** A registry of plugins by plain id alone: what a page names by a path or a package is refused before it is looked at. */
function withoutForeignCode(registry: Registry): Registry {
  return {
    ids: (kind) => registry.ids(kind),
    find<Kind extends PluginKind>(kind: Kind, use: string) {
      if (/[/\\]/.test(use)) return Promise.reject(fail('VERIFY_FOREIGN_CODE', { use }))
      return registry.find(kind, use)
    },
  }
}

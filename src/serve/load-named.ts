import { isPackageFolder } from '../run/open-package.ts'
import { type LoadOptions, loadPackage, loadRun } from './load-model.ts'
import type { NamedModel, ServedModel } from './served-model.ts'

/** The runs behind a name, as somebody wrote them: ids, `latest`, pipelines, folders of packages. They are resolved whenever the name is loaded. */
export interface ModelWords {
  /** The champion's pipeline where it is absent. */
  readonly name?: string | undefined
  readonly champion: string
  readonly challenger?: string | undefined
  /** More versions, which answer to their run ids alone. */
  readonly versions?: readonly string[] | undefined
}

/** Loads all versions of a name. @throws DaybookError as {@link loadRun} */
export async function loadNamed(words: ModelWords, store: string, options: LoadOptions = {}): Promise<NamedModel> {
  const versions = new Map<string, ServedModel>()
  const load = async (run: string, name: string | undefined): Promise<ServedModel> => {
    const given = { ...options, name }
    const loaded = (await isPackageFolder(run)) ? await loadPackage(run, given) : await loadRun(store, run, given)
    versions.set(loaded.version, versions.get(loaded.version) ?? loaded)
    return loaded
  }
  const champion = await load(words.champion, words.name)
  const { name } = champion
  const challenger = words.challenger && (await load(words.challenger, name))
  for (const run of words.versions ?? []) await load(run, name)
  const other = challenger && challenger.version !== champion.version ? challenger.version : undefined
  return { name, versions: [...versions.values()], champion: champion.version, challenger: other }
}

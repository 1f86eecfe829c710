import { fail } from '../../base/errors.ts'
import {
  type LoadOptions,
  loadNamed,
  type ModelWords,
  type NamedModel,
  openStore,
  pipelineOf,
  readServeFile,
  type Store,
} from '../../index.ts'

/** What `daybook serve` was told to serve: runs and packages, or a serve file. */
export type Words =
  | { readonly runs: readonly string[]; readonly file?: undefined }
  | { readonly file: string; readonly runs?: undefined }

/** The models behind the words, which are read again whenever something is loaded. */
export interface WordedModels {
  load(): Promise<readonly NamedModel[]>
  /** @throws DaybookError SERVE_NO_MODEL where the words name none of that name */
  loadOne(name: string): Promise<NamedModel>
  names(): Promise<readonly string[]>
}

/** Resolves words to models of a store. */
export function modelsOf(
  words: Words,
  store: string,
  { key, challenger }: Pick<LoadOptions, 'key'> & { readonly challenger?: string | undefined },
): WordedModels {
  const all = async (): Promise<readonly (ModelWords & { readonly name: string })[]> => {
    const given =
      words.file === undefined ? await grouped(words.runs, store, challenger) : (await readServeFile(words.file)).models
    return Promise.all(
      given.map(async (model) => ({ ...model, name: model.name ?? (await pipelineOf(model.champion, runsOf(store))) })),
    )
  }
  return {
    async load() {
      const models: NamedModel[] = []
      for (const model of await all()) models.push(await loadNamed(model, store, { key }))
      return models
    },
    async loadOne(name) {
      const model = (await all()).find((one) => one.name === name)
      if (model === undefined) throw fail('SERVE_NO_MODEL', {})
      return loadNamed(model, store, { key })
    },
    names: async () => (await all()).map(({ name }) => name),
  }
}

/** The runs of a store, which a package does without. */
function runsOf(store: string): () => Promise<Store['runs']> {
  return async () => (await openStore(store, { create: false })).runs
}

/** Runs of one pipeline are versions of one name; the first that was typed is the champion. */
async function grouped(
  runs: readonly string[],
  folder: string,
  challenger: string | undefined,
): Promise<readonly ModelWords[]> {
  const groups = new Map<string, string[]>()
  for (const run of runs) {
    const pipeline = await pipelineOf(run, runsOf(folder))
    groups.set(pipeline, [...(groups.get(pipeline) ?? []), run])
  }
  return [...groups].map(([name, [champion, ...versions]], i) => ({
    name,
    champion: champion as string,
    versions,
    ...(i === 0 && challenger !== undefined && { challenger }),
  }))
}

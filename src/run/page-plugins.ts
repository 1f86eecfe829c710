import type { CellSpec, Pipeline } from '../spec/pipeline.ts'
import type { RecordedPlugin } from '../store/index.ts'

/** Every plugin that a page uses, where it uses it, in the order of the page. */
export function pagePlugins(pipeline: Pipeline): RecordedPlugin[] {
  const { sources, preprocess, algorithm, optimizer, compress, evaluate, deploy } = pipeline
  return [
    ...sources.map((cell) => recorded(cell.id, cell)),
    ...preprocess.map((cell) => recorded(cell.id, cell)),
    recorded('train', algorithm),
    ...(optimizer ? [recorded('optimizer', optimizer)] : []),
    ...compress.map((cell) => recorded(`compress.${cell.id}`, cell)),
    ...evaluate.metrics.map((cell) => recorded(`evaluate.${cell.id}`, cell)),
    ...deploy.map((cell) => recorded(`deploy.${cell.id}`, cell)),
  ]
}

function recorded(cell: string, { kind, plugin: { plugin, use, origin, code, ...found } }: CellSpec): RecordedPlugin {
  return {
    cell,
    kind,
    plugin: `${origin === 'npm' ? use : plugin.id}@${plugin.version}`,
    origin,
    ...(found.package !== undefined && { package: found.package }),
    code,
  }
}

import type { Json } from '../../base/json.ts'
import { importanceFigure } from '../charts/importance.ts'
import type { FigureDrawer } from '../figure.ts'
import { type Html, html } from '../html.ts'
import { shownTable } from '../table.ts'
import { type CellView, isObject, type RunView } from '../view.ts'

/** Features whose importance is printed. */
const most = 60

/** What the model leans on, where the cell kept it: `facts.importance`, as `Model.importance()` gives it. */
export async function importanceSection(cell: CellView, drawer: FigureDrawer): Promise<Html | undefined> {
  const importance = importanceOf(cell)
  if (importance === undefined) return undefined
  const { measure, features } = importance
  return html`${await drawer.draw(importanceFigure(measure, features))}
${
  features.length > 20 &&
  shownTable({
    title: 'Importance of more features',
    columns: ['Feature', measure],
    rows: features.slice(0, most).map(({ name, value }) => [name, value]),
  })
}`
}

/** How much the model leans on each raw column: the sum over the features that are made of it alone or with others. */
export function importanceByColumn({ cells }: RunView): ReadonlyMap<string, number> {
  const train = cells.find(({ id }) => id === 'train')
  const sums = new Map<string, number>()
  for (const { sources, value } of (train && importanceOf(train)?.features) ?? []) {
    for (const column of sources) sums.set(column, (sums.get(column) ?? 0) + value)
  }
  return sums
}

interface FeatureValue {
  readonly name: string
  readonly sources: readonly string[]
  readonly value: number
}

/** How much the model leans on each feature, as the `train` cell kept it. */
export function importanceOf(
  cell: CellView,
): { readonly measure: string; readonly features: readonly FeatureValue[] } | undefined {
  const given = cell.shown.facts.importance
  if (!isObject(given) || typeof given.measure !== 'string' || !Array.isArray(given.features)) return undefined
  const features = given.features.flatMap(featureOf)
  return features.length === 0 ? undefined : { measure: given.measure, features }
}

function featureOf(given: Json): FeatureValue[] {
  if (!isObject(given) || typeof given.feature !== 'string' || typeof given.value !== 'number') return []
  const sources = Array.isArray(given.sources) ? given.sources.map(String) : []
  return [{ name: given.feature, sources, value: given.value }]
}

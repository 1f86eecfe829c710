import { type DaybookError, fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { mapOf, type Page } from './page.ts'
import type { DataCell, SpecPath } from './pipeline.ts'
import { type CheckContext, resolveCell } from './resolve-cell.ts'

export interface Sources {
  /** Data cells in an order where each follows what it is made of; undefined where any of them is wrong. */
  readonly sources: readonly DataCell[] | undefined
  /** Id of the cell whose rows the model learns from. */
  readonly from: string
}

interface Node {
  readonly id: string
  readonly path: SpecPath
  readonly value: Json
  readonly from: readonly string[]
  /** Where each name of `from` stands. */
  readonly fromPath: (i: number) => SpecPath
}

/** Checks `cells:` and `data:`: plugins, what is made from what, circles, cells that nothing takes up. */
export async function checkSources(
  page: Page,
  ctx: CheckContext,
  usable: (path: SpecPath) => boolean,
  errors: DaybookError[],
): Promise<Sources> {
  const nodes = nodesOf(page.root, usable)
  const data = mapOf(page.root.data)
  const cells = mapOf(page.root.cells)
  const takesUp = typeof page.root.data !== 'string' && data.use === undefined
  const from = takesUp && typeof data.from === 'string' ? data.from : 'data'
  const before = errors.length
  if (usable(['data']) && takesUp && from === 'data') {
    const several = Array.isArray(data.from)
    const expected = several ? 'the plugin that joins them' : 'a plugin, or `from` with the name of a cell'
    errors.push(
      fail('SPEC_MISSING_KEY', { key: 'use', section: '`data`', expected }, { at: page.place(['data', 'use'], 'key') }),
    )
  }
  if (nodes.some(({ id }) => id === 'data') && Object.hasOwn(cells, 'data')) {
    errors.push(fail('SPEC_RESERVED_CELL', { id: 'data' }, { at: page.place(['cells', 'data'], 'key') }))
  }
  for (const id of Object.keys(cells)) {
    if (!usable(['cells', id])) continue
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(id)) {
      const hint = 'Names of cells are letters, digits and hyphens, and start with a letter.'
      errors.push(fail('SPEC_FORBIDDEN_KEY', { key: id }, { at: page.place(['cells', id], 'key'), hint }))
    } else if (isReserved(id) && id !== 'data')
      errors.push(fail('SPEC_RESERVED_CELL', { id }, { at: page.place(['cells', id], 'key') }))
  }
  const known = new Set(nodes.map(({ id }) => id))
  const check = (id: string, path: SpecPath) => {
    if (known.has(id) || !usable(['cells', id])) return
    const near = nearest(id, known)
    const hint = near === undefined ? 'Cells stand under `cells:`.' : `did you mean \`${near}\`?`
    errors.push(fail('SPEC_UNKNOWN_CELL', { id }, { at: page.place(path), hint }))
  }
  for (const node of nodes) for (const [i, id] of node.from.entries()) check(id, node.fromPath(i))
  if (takesUp && from !== 'data') check(from, ['data', 'from'])
  const order = orderOf(page, nodes, errors)
  const misnamed = errors.slice(before).some(({ code }) => code === 'SPEC_UNKNOWN_CELL')
  if (!misnamed) checkUsed(page, nodes, from, errors)
  const resolved = await Promise.all(order.map((node) => resolveNode(page, ctx, node, errors)))
  const complete = resolved.filter((cell) => cell !== undefined)
  return { sources: errors.length === before && complete.length === nodes.length ? complete : undefined, from }
}

/** Ids that the engine gives to cells of its own. */
export function isReserved(id: string): boolean {
  return /^(data|split|train|checks|evaluate|gates|fold-\d+)$/.test(id) || /^(compress|deploy)\./.test(id)
}

function nodesOf(root: JsonObject, usable: (path: SpecPath) => boolean): Node[] {
  const nodes: Node[] = []
  const add = (id: string, path: SpecPath, value: Json) => {
    if (!usable(path)) return
    const { use, from } = mapOf(value)
    if (typeof value !== 'string' && use === undefined && id === 'data') return
    const list = (from === undefined ? [] : Array.isArray(from) ? from : [from]) as string[]
    nodes.push({ id, path, value, from: list, fromPath: (i) => [...path, 'from', ...(Array.isArray(from) ? [i] : [])] })
  }
  for (const [id, value] of Object.entries(mapOf(root.cells))) if (id !== 'data') add(id, ['cells', id], value as Json)
  if (root.data !== undefined) add('data', ['data'], root.data)
  return nodes
}

/** Nodes in an order where each follows what it is made of, page order first. Says where they go in a circle. */
function orderOf(page: Page, nodes: readonly Node[], errors: DaybookError[]): Node[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const done = new Set<string>()
  const order: Node[] = []
  const visit = (node: Node, above: readonly string[]): void => {
    if (done.has(node.id)) return
    done.add(node.id)
    const trail = [...above, node.id]
    node.from.forEach((id, i) => {
      const next = byId.get(id)
      if (next === undefined) return
      const start = trail.indexOf(id)
      if (start >= 0) {
        const cells = [...trail.slice(start), id].map((name) => `\`${name}\``).join(' from ')
        errors.push(fail('SPEC_CYCLE', { cells }, { at: page.place(node.fromPath(i)) }))
      } else visit(next, trail)
    })
    order.push(node)
  }
  for (const node of nodes) visit(node, [])
  return order
}

function checkUsed(page: Page, nodes: readonly Node[], from: string, errors: DaybookError[]): void {
  const used = new Set([from, ...nodes.flatMap((node) => node.from)])
  for (const { id, path } of nodes) {
    if (used.has(id) || id === 'data') continue
    const hint = `Take it up with \`from: ${id}\`, or take it out.`
    errors.push(fail('SPEC_UNUSED_CELL', { id }, { at: page.place(path, 'key'), hint }))
  }
}

async function resolveNode(
  page: Page,
  ctx: CheckContext,
  node: Node,
  errors: DaybookError[],
): Promise<DataCell | undefined> {
  const value = node.value
  if (typeof value !== 'string' && mapOf(value).use === undefined) {
    const at = page.place([...node.path, 'use'], 'key')
    errors.push(
      fail('SPEC_MISSING_KEY', { key: 'use', section: `\`${node.path.join('.')}\``, expected: 'a plugin' }, { at }),
    )
    return undefined
  }
  const { plugin, cell } = await resolveCell(page, ctx, { kind: 'data', path: node.path, value }, errors)
  if (plugin === undefined) return undefined
  const { id, inputs } = plugin.plugin
  if (inputs === 'some' && node.from.length === 0) {
    errors.push(fail('SPEC_FROM_NEEDED', { plugin: id }, { at: page.place([...node.path, 'from'], 'key') }))
  }
  if (inputs === 'none' && node.from.length > 0) {
    errors.push(fail('SPEC_FROM_NOT_TAKEN', { plugin: id }, { at: page.place([...node.path, 'from'], 'key') }))
  }
  return cell === undefined ? undefined : { ...cell, id: node.id, from: node.from }
}

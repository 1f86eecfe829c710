import type { Json, JsonObject } from '../base/json.ts'
import type { ShownFigure } from './context.ts'

/** Keys of Vega-Lite that reach out of the page: they load something, link somewhere, or are kept for embedding. */
const reachingOut = new Set(['url', 'href', 'usermeta', 'loader'])

/**
 * Why a figure may not stand in a report, in one sentence; undefined where it may. A figure is a Vega-Lite spec whose data
 * is written in it: nothing is loaded, nothing links out of the page, no picture is embedded.
 */
export function checkFigure({ title, description, spec }: ShownFigure): string | undefined {
  if (typeof title !== 'string' || title === '') return 'a figure needs a title'
  if (typeof description !== 'string' || description === '')
    return 'a figure needs a description, for who cannot see it'
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return '`spec` is no Vega-Lite object'
  return faultOf(spec, 'spec')
}

function faultOf(spec: JsonObject, place: string): string | undefined {
  for (const [key, value] of Object.entries(spec)) {
    const here = `${place}.${key}`
    if (reachingOut.has(key)) return `\`${here}\` reaches out of the page`
    if ((key === 'mark' || key === 'type') && isImage(value)) return `\`${here}\` is an image`
    if (key === 'data' || key === 'from') {
      if (key === 'data' && value !== null && !hasOwnValues(value)) return `\`${here}\` holds no inline \`values\``
      if (key === 'data') continue // rows are data, whatever their keys are called
    }
    if (key === 'datasets') continue
    const fault = faultOfValue(value, here)
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfValue(value: Json | undefined, place: string): string | undefined {
  if (Array.isArray(value)) {
    for (const [i, item] of (value as readonly Json[]).entries()) {
      const fault = faultOfValue(item, `${place}[${i}]`)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  return typeof value === 'object' && value !== null ? faultOf(value as JsonObject, place) : undefined
}

function isImage(value: Json | undefined): boolean {
  return value === 'image' || (typeof value === 'object' && value !== null && (value as JsonObject).type === 'image')
}

/** Inline rows, a named data set of `datasets`, or a generated sequence; nothing beside that could load. */
function hasOwnValues(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const data = value as JsonObject
  if (Object.keys(data).some((key) => reachingOut.has(key))) return false
  return Array.isArray(data.values) || typeof data.name === 'string' || typeof data.sequence === 'object'
}

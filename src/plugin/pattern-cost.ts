/** How the work of a backtracking matcher grows with the text, at worst: `ways` · length^`degree`. */
interface Cost {
  readonly ways: number
  readonly degree: number
}

interface Item {
  /** Source of a single character, class or assertion; undefined for a group. */
  readonly atom?: string
  /** Alternatives of a group. */
  readonly group?: readonly Sequence[]
  readonly min: number
  readonly max: number
}
type Sequence = readonly Item[]

/** Steps that the match of one text may take: some tenths of a second. */
const budget = 2e7
/** A pattern has to be of use for texts of so many characters; no page holds one of `longest`. */
const shortest = 32
const longest = 1e6
/** Counts up to here multiply the work; a repetition beyond it counts as one without end. */
const few = 4

/** A pattern that can hang a matcher, or that is written in a way that cannot be judged. */
class Dangerous extends Error {}

/**
 * Why a regular expression may take too long on some text, in words; undefined where it cannot. A pattern of a plugin meets
 * whatever a page says, and the matcher of JavaScript tries alternatives one after the other: `(a+)+$` takes years for
 * forty letters.
 */
export function faultOfCost(pattern: string): string | undefined {
  try {
    if (lengthAllowed(costOf(pattern)) >= shortest) return undefined
    return 'repeats too many parts without bound'
  } catch (thrown) {
    if (thrown instanceof Dangerous) return thrown.message
    throw thrown
  }
}

/**
 * Length that a text may have to be matched against a pattern within reasonable time; undefined where any length may be. For
 * patterns that {@link faultOfCost} refuses it is 0.
 */
export function longestText(pattern: string): number | undefined {
  if (faultOfCost(pattern) !== undefined) return 0
  const length = lengthAllowed(costOf(pattern))
  return length < longest ? length : undefined
}

/** The largest length whose cost is within the budget. */
function lengthAllowed({ ways, degree }: Cost): number {
  let low = 0
  let high = longest
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (ways * middle ** degree <= budget) low = middle
    else high = middle - 1
  }
  return low
}

function costOf(pattern: string): Cost {
  const alternatives = parse(pattern)
  const cost = costOfAlternatives(alternatives)
  const anchored = alternatives.every(([first]) => first?.atom === '^')
  return anchored || cost.degree === 0 ? cost : { ...cost, degree: cost.degree + 1 }
}

function costOfAlternatives(alternatives: readonly Sequence[]): Cost {
  const costs = alternatives.map(costOfSequence)
  return {
    ways: costs.reduce((sum, { ways }) => sum + ways, 0),
    degree: Math.max(...costs.map(({ degree }) => degree)),
  }
}

function costOfSequence(items: Sequence): Cost {
  const costs = items.map(costOfItem)
  return {
    ways: costs.reduce((product, { ways }) => product * ways, 1),
    degree: costs.reduce((sum, { degree }) => sum + degree, 0),
  }
}

function costOfItem({ group, min, max }: Item): Cost {
  const choices = max - min + 1
  if (group === undefined) return choices <= few + 1 ? { ways: choices, degree: 0 } : { ways: 1, degree: 1 }
  const inner = costOfAlternatives(group)
  if (max <= few) return { ways: choices * inner.ways ** max, degree: inner.degree * max }
  if (!isToldApart(group))
    throw new Dangerous('repeats a group that can match one text in several ways, which can take for ever')
  return { ways: 1, degree: 1 }
}

/**
 * Can a group be repeated in one way at most on any text? It can where all its repetitions are of one length, or where a
 * character that stands nowhere else in it begins or ends each, and only one part of it varies.
 */
function isToldApart([only, ...others]: readonly Sequence[]): boolean {
  if (only === undefined || others.length > 0) return false
  if (only.some(({ group }) => group !== undefined)) return false
  const varying = only.filter(({ min, max }) => min !== max)
  if (varying.length === 0) return only.length > 0
  if (varying.length > 1) return false
  return [only[0], only.at(-1)].some((edge) => {
    const sign = edge?.min === 1 && edge.max === 1 ? literal(edge.atom as string) : undefined
    return sign !== undefined && only.every((item) => item === edge || !matches(item.atom as string, sign))
  })
}

/** The character that an atom stands for, where it is one. */
function literal(atom: string): string | undefined {
  const sign = atom.length > 1 && /^\\[^\p{L}\p{N}]$/u.test(atom) ? atom.slice(1) : atom
  return [...sign].length === 1 && !'.^$\\'.includes(atom) ? sign : undefined
}

function matches(atom: string, sign: string): boolean {
  return new RegExp(`^(?:${atom})$`, 'u').test(sign)
}

// ── reading a pattern that JavaScript has taken ─────────────────────────────────────────────────────────────────────

const atomForm =
  /\\(?:u\{[\dA-Fa-f]+\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|[pP]\{[^}]*\}|c[A-Za-z]|.)|\[(?:\\.|[^\]\\])*\]|[^()|\\[]/suy
const quantifierForm = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y
const openForm = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/y

function parse(pattern: string): readonly Sequence[] {
  let at = 0
  const take = (form: RegExp): RegExpExecArray | undefined => {
    form.lastIndex = at
    const match = form.exec(pattern) ?? undefined
    if (match !== undefined) at = form.lastIndex
    return match
  }
  const alternatives = (): readonly Sequence[] => {
    const found: Item[][] = [[]]
    while (at < pattern.length && pattern[at] !== ')') {
      if (pattern[at] === '|') {
        at++
        found.push([])
      } else found.at(-1)?.push(item())
    }
    return found
  }
  const item = (): Item => {
    if (take(openForm) !== undefined) {
      const group = alternatives()
      at++
      return { group, ...count() }
    }
    const atom = take(atomForm)?.[0]
    if (atom === undefined || /^\\[1-9k]/.test(atom)) throw new Dangerous('refers back to what it matched')
    return { atom, ...count() }
  }
  const count = (): { readonly min: number; readonly max: number } => {
    const match = take(quantifierForm)
    if (match === undefined) return { min: 1, max: 1 }
    const [, sign, low, comma, high] = match
    if (sign !== undefined) return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY }
    const min = Number(low)
    return { min, max: comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high) }
  }
  return alternatives()
}

import { type Block, code, type Line } from './blocks.ts'
import { type Note, passage } from './notes.ts'

/**
 * Headings in the page's notes that answer what no key of a page asks for. The first name is the one that documents ask
 * for; the others are understood as well.
 */
export const headings = {
  provider: ['Provider'],
  users: ['Intended users', 'Users', 'Who uses it', 'Affected persons'],
  outOfScope: ['Out of scope', 'Out-of-scope use', 'Not for', 'Misuse'],
  assumptions: ['Assumptions'],
  fairness: ['Fairness', 'Groups', 'Ethical considerations', 'Discrimination'],
  interfaces: ['Interfaces', 'Integration'],
  updates: ['Updates'],
  hardware: ['Hardware'],
  product: ['Product'],
  userInterface: ['User interface'],
  instructions: ['Instructions for use', 'Instructions'],
  thirdParties: ['Third parties', 'Vendors'],
  rationale: ['Design choices', 'Rationale'],
  tradeOffs: ['Trade-offs', 'Tradeoffs'],
  collection: ['Data collection', 'Provenance', 'Data source'],
  labelling: ['Labelling', 'Labeling', 'Labels'],
  oversight: ['Human oversight', 'Human review', 'Oversight'],
  planned: ['Planned changes'],
  security: ['Cybersecurity', 'Security'],
  risks: ['Risks'],
  metricChoice: ['Why these metrics', 'Metrics'],
  riskManagement: ['Risk management'],
  changes: ['Changes', 'Change log', 'Changelog'],
  standards: ['Standards'],
  declaration: ['Declaration of conformity'],
  monitoring: ['Monitoring', 'Monitoring plan'],
  materiality: ['Materiality', 'Tier'],
  benchmark: ['Benchmark', 'Challenger', 'Alternatives'],
  escalation: ['Exceptions', 'Overrides'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** What a note says under a heading, or that it is missing. */
export function underHeading(notes: readonly Note[], names: readonly string[], what: string): Block {
  const found = passage(notes, names)
  if (found !== undefined) return { kind: 'prose', text: found.text }
  return { kind: 'missing', what, add: headingHint(names) }
}

/** How to say what no key of a page asks for. */
export function headingHint(names: readonly string[]): Line {
  return ['Add it to a ', code('note:'), ' of the page, under the heading ', code(names[0] as string), '.']
}

/**
 * Picks one option for each list, no option twice, for as many lists as can be; undefined for those that go without. Lists
 * that stand first and options that stand first are preferred. (Bipartite matching by augmenting paths.)
 */
export function distinctChoices(lists: readonly (readonly string[])[]): (string | undefined)[] {
  const takenBy = new Map<string, number>()
  const take = (list: number, tried: Set<string>): boolean => {
    for (const option of lists[list] as readonly string[]) {
      if (tried.has(option)) continue
      tried.add(option)
      const holder = takenBy.get(option)
      if (holder !== undefined && !take(holder, tried)) continue
      takenBy.set(option, list)
      return true
    }
    return false
  }
  for (const list of lists.keys()) take(list, new Set())
  const choices: (string | undefined)[] = lists.map(() => undefined)
  for (const [option, list] of takenBy) choices[list] = option
  return choices
}

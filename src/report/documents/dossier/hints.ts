import { code, type Line } from '../blocks.ts'

/** What to add where a key of the page is absent. */
export function addKey(name: string): Line {
  return ['Add ', code(`${name}:`), ' to the page.']
}

/** What no run can hold: to be kept beside the dossier, and named in a note. */
export function attach(why: string, names: readonly string[]): Line {
  return [`${why} Keep it beside this file, and name it in a `, code('note:'), ' under ', code(names[0] as string), '.']
}

/** What a store does with the disk, one call at a time. */
export type Step =
  | 'makeFolder'
  | 'open'
  | 'write'
  | 'sync'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'syncFolder'
  | 'read'
  | 'list'

/**
 * Hears of each step right before it is taken, with the path that it is about (a rename's or link's new name). What it throws
 * stands for what the call would have thrown: tests let any step fail, or end the process there.
 */
export type OnStep = (step: Step, path: string) => void

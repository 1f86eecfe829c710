/** Where a server writes what happens: pino's own form. Rows and tokens never reach it. */
export interface ServeLog {
  /** Is anything that `debug` is told written? */
  readonly debugs: boolean
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Writes nothing. */
export const silentLog: ServeLog = { debugs: false, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/**
 * A log of JSON lines on stderr: faults at error, drift at warn, loads at info, one line a request at debug.
 *
 * @param level `error`, `info`, `debug` or `silent`
 */
export async function openLog(level: string): Promise<ServeLog> {
  const { pino } = await import('pino')
  const logger = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
  return {
    debugs: logger.isLevelEnabled('debug'),
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  }
}

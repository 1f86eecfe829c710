export type {
  BooleanColumn,
  CategoryColumn,
  Column,
  ColumnInfo,
  ColumnType,
  DateColumn,
  NumberColumn,
  SparseColumn,
  TextColumn,
} from './column.ts'
export { MISSING, UNSEEN } from './column.ts'
export { type ColumnTotals, controlTotals } from './control-totals.ts'
export { type CsvOptions, MISSING_TEXTS, readCsv } from './csv.ts'
export { checkDataFile, readDataFile } from './data-file.ts'
export { formatDate, parseDate } from './date.ts'
export { type FrameQuery, queryFrames, readParquet } from './duckdb.ts'
export type { Attribute, DenseFeatures, Feature, Features, SparseFeatures } from './features.ts'
export { Frame } from './frame.ts'
export { type FrameState, frameFromState, frameToState } from './frame-state.ts'
export { readJson } from './json-rows.ts'
export { type NumberFormat, parseNumber } from './number-text.ts'
export { profileFrame } from './profile.ts'
export { countMissing, hasMissing, isMissing, takeRows } from './rows.ts'
export { type ColumnQuery, type ColumnSelection, type ColumnTaker, matchesGlob, selectColumns } from './select.ts'
export type { Table, UntypedColumn } from './table.ts'
export type { TypedColumn, TypeFacts } from './type-facts.ts'
export { type TypedTable, typeTable } from './type-table.ts'

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
export type { DenseFeatures, Feature, Features, SparseFeatures } from './features.ts'
export { Frame } from './frame.ts'
export { countMissing, hasMissing, isMissing, takeRows } from './rows.ts'
export type { Table, UntypedColumn } from './table.ts'

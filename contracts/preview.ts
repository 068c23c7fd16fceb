/** What masking would do to a few rows of one table. */
export interface TablePreview {
  /** `schema.table` */
  table: string;
  source: string;
  /** Whose masking key was used. */
  target: string;
  columns: PreviewColumn[];
  /** Text forms, in the order of the columns. */
  rows: PreviewRow[];
}

export interface PreviewColumn {
  name: string;
  /** The generator; `keep`, or `undecided` for a column that a clone would be refused for. */
  rule: string;
}

export interface PreviewRow {
  /** Personal data of the source. Absent unless asked for. */
  before?: (string | null)[];
  /** An undecided column has none. */
  after: (string | null)[];
}

/** One column of the rows that a statement is given: its PostgreSQL type and where a row keeps it. */
export type SourceColumn<Row> = {
  readonly name: string;
  readonly type: string;
  readonly value: (row: Row) => string | number | boolean | bigint | null;
};

/**
 * A set of rows as a statement's parameters: one array per column, and a column that is the same in all rows as a
 * single value. Half the cost of JSON for a thousand wide rows, and almost nothing for columns that do not vary.
 */
export type RowSource<Row> = {
  /**
   * A derived table: put it behind `from`. Its parameters are $1 to $n. `offset 0` keeps it apart from the statement
   * around it: a condition with `coalesce` in it may leak, so that behind the tenant wall no index would be used for it.
   */
  readonly sql: string;
  /** How many parameters it takes; a statement's own come after them. */
  readonly parameterCount: number;
  readonly parameters: (rows: readonly Row[]) => (string | boolean | null)[];
};

/** The first column tells how many rows there are and is always sent whole. */
export function rowSource<Row>(columns: readonly SourceColumn<Row>[]): RowSource<Row> {
  const names = columns.map(({ name }) => `"${name}"`);
  const arrays = columns.map(({ type }, index) => `$${2 * index + 1}::${type}[]`);
  const values = columns.map(
    ({ type }, index) => `coalesce(r.${names[index]}, $${2 * index + 2}::${type}) as ${names[index]}`,
  );
  return {
    sql: `(select ${values.join(", ")} from unnest(${arrays.join(", ")}) as r (${names.join(", ")}) offset 0)`,
    parameterCount: 2 * columns.length,
    parameters: (rows) => columns.flatMap((column, index) => encode(column, rows, index === 0)),
  };
}

function encode<Row>(
  column: SourceColumn<Row>,
  rows: readonly Row[],
  whole: boolean,
): [string, string | boolean | null] {
  const values = rows.map(column.value);
  const first = values[0] ?? null;
  if (!whole && values.every((value) => value === first)) return ["{}", single(first)];
  return [`{${values.map(literal).join(",")}}`, null];
}

/** The client writes a boolean itself and takes any text for false; everything else it sends as it is. */
function single(value: string | number | boolean | bigint | null): string | boolean | null {
  return value === null || typeof value === "boolean" ? value : String(value);
}

const NEEDS_ESCAPE = /["\\]/g;

/** An element of an array literal. Text is always quoted, so that no text is taken for NULL or a bracket. */
function literal(value: string | number | boolean | bigint | null): string {
  if (value === null) return "NULL";
  return typeof value === "string" ? `"${value.replace(NEEDS_ESCAPE, "\\$&")}"` : String(value);
}

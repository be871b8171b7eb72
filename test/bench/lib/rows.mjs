/** `>=`: the ratio should be at least this; `<=`: at most. */
function meets(ratio, [sense, bound]) {
  return sense === '>=' ? ratio >= bound : ratio <= bound;
}

/**
 * One result. `value` is the product's figure, `limit` the raw one of the same run, `ratio` the first
 * over the second. An aim without a limit is about the value itself.
 */
export function toRow({ what, value, unit, limit = null, limitName = null, aim = null, note = null }) {
  const ratio = limit === null ? null : value / limit;
  const judged = ratio ?? value;
  return {
    what,
    value,
    unit,
    limit,
    limitName,
    ratio,
    aim,
    met: aim === null ? null : meets(judged, aim),
    note,
  };
}

/** The cheapest round of each side. No aim: it is there for machines that others use too. */
export function cpuRow(what, ours, raw, limitName) {
  const least = (rounds) => Math.min(...rounds.map(({ cpuMsEach }) => cpuMsEach ?? Number.NaN));
  const [value, limit] = [least(ours), least(raw)];
  if (Number.isNaN(value) || Number.isNaN(limit)) return [];
  return [toRow({ what, value, unit: 'ms', limit, limitName })];
}

const COLUMNS = ['', 'what', 'Keyturn', 'raw limit', 'ratio', 'aim', ''];

/** All results as one Markdown table, and below it what each limit is and what else was seen. */
export function toTable(rows) {
  const cells = rows.map(({ bench, what, value, unit, limit, ratio, aim, met }) => [
    bench,
    what,
    figure(value, unit),
    limit === null ? '' : figure(limit, unit),
    ratio === null ? '' : `${ratio.toFixed(2)}×`,
    aim === null
      ? ''
      : `${aim[0] === '>=' ? '≥' : '≤'} ${limit === null ? figure(aim[1], unit) : `${aim[1]}×`}`,
    met === null ? '' : met ? 'met' : 'MISSED',
  ]);
  const widths = COLUMNS.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column].length)),
  );
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const notes = rows.flatMap(({ bench, what, limitName, note }) => {
    const told = [limitName === null ? null : `raw limit: ${limitName}`, note].filter((one) => one !== null);
    return told.length === 0 ? [] : [`- ${bench}, ${what}: ${told.join('; ')}`];
  });
  return [line(COLUMNS), rule, ...cells.map(line), '', ...notes].join('\n');
}

function figure(value, unit) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}

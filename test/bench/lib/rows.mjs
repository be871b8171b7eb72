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

export function toLine(bench, { what, value, unit, limit, limitName, ratio, aim, met, note }) {
  const parts = [`${bench}  ${what.padEnd(46)} ${figure(value, unit).padStart(14)}`];
  if (limit !== null) parts.push(`${limitName} ${figure(limit, unit)}`, `${ratio.toFixed(2)}×`);
  if (aim !== null) {
    const [sense, bound] = aim;
    const wanted = limit === null ? figure(bound, unit) : `${bound}×`;
    parts.push(`aim ${sense === '>=' ? '≥' : '≤'} ${wanted}: ${met ? 'met' : 'MISSED'}`);
  }
  if (note !== null) parts.push(note);
  return parts.join(' | ');
}

function figure(value, unit) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}

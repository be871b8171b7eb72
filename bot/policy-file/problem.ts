/** Where something stands in the file: keys and indexes from the top. */
export type Path = readonly (string | number)[];

/** Something that makes the file unusable, and what to do about it. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** A finding as people read it. */
export interface Problem {
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

/** `plans.two-keys.seats[0].count`; a key with a dot of its own stands in brackets. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z0-9_-]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text === '' ? '(the file)' : text;
}

/** The text of a problem on one line, whatever the file's keys and values hold. */
export function formatProblem(file: string, problem: Problem): string {
  const text = `${problem.path}: ${problem.message}`.replace(/\p{Cc}/gu, ' ');
  return `${file}:${problem.line}: ${text}`;
}

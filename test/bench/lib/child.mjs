/** How a child process of the bench talks to its parent: options as one argument, a line of JSON back. */
export function readOptions() {
  return JSON.parse(process.argv[2] ?? '{}');
}

export function report(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable is one that is not set, as in most shells and unit files. */
export function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

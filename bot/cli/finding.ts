/** One thing that the doctor looked at. `wrong` is for an operator to mend; `note` is worth knowing. */
export interface Finding {
  readonly level: 'fine' | 'note' | 'wrong';
  readonly what: string;
  /** What to do about it, where there is something. */
  readonly mend?: string;
}

export const fine = (what: string): Finding => ({ level: 'fine', what });
export const note = (what: string, mend?: string): Finding => ({
  level: 'note',
  what,
  ...(mend === undefined ? {} : { mend }),
});
export const wrong = (what: string, mend?: string): Finding => ({
  level: 'wrong',
  what,
  ...(mend === undefined ? {} : { mend }),
});

const MARK = { fine: 'ok   ', note: 'note ', wrong: 'WRONG' } as const;

export function findingLines({ level, what, mend }: Finding): string {
  return `${MARK[level]} ${what}${mend === undefined ? '' : `\n      ${mend}`}\n`;
}

import { describe } from 'vitest';
import { DIRECTORY_MUTANTS } from './directory-mutants.ts';
import { EMERGENCY_MUTANTS } from './emergency-mutants.ts';
import { catches } from './hunt-in.ts';
import { POLICY_MUTANTS } from './policy-mutants.ts';

// The same for the rules of domain.md's Policy section, which are no invariants of their own.

describe.each([...POLICY_MUTANTS, ...EMERGENCY_MUTANTS])('%s: a bot is caught that', (_rules, mutants) => {
  catches('model', mutants);
});

describe.each(DIRECTORY_MUTANTS)('directories, watched by %s: a bot is caught that', (broken, mutants) => {
  catches(broken, mutants);
});

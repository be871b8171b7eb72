import type { JsonObject } from '../../../bot/core/canonical-json.ts';
import { toIsoTime } from '../../../bot/core/instant.ts';
import { visible } from '../../../bot/core/visible.ts';
import type { People } from './people.ts';
import { changesBetween, readPolicyText } from './policy-text.ts';
import type { Report } from './report.ts';

/** Spreadsheets end a cell at 32,767 characters; nobody reads that far. */
const MOST_CHARACTERS = 2_000;

/** Every policy that was in force, and what it changed. Holds one policy. */
export const policyHistory: Report = {
  name: 'policy-history',
  columns: ['at', 'seq', 'version', 'previous', 'change', 'what', 'before', 'after'],
  open({ emit, people }) {
    let last: JsonObject | null = null;
    return {
      take({ entry, texts }) {
        if (entry.type === 'policy.refused') {
          const { in_force: inForce, problems } = entry.data;
          const why = visible(texts['problems'] ?? '');
          emit(
            toIsoTime(entry.at),
            entry.seq,
            null,
            inForce,
            'refused',
            `${problems} problems`,
            null,
            cut(why),
          );
        }
        if (entry.type !== 'policy.loaded') return;
        const { version, previous } = entry.data;
        const about = [toIsoTime(entry.at), entry.seq, version, previous];
        const policy = readPolicyText(texts['policy']);
        const settings = settingLines(texts['diff'], version === previous ? null : policy);
        if (version === previous && settings.length === 0) emit(...about, 'stated again', null, null, null);
        else if (version === previous) emit(...about, 'loaded; it decides the same', null, null, null);
        else if (policy === null) emit(...about, 'loaded; its text is not there', null, null, null);
        else if (last === null) emit(...about, 'loaded; nothing to compare it with', null, null, null);
        else {
          emit(...about, 'loaded', null, null, null);
          for (const { what, before, after } of changesBetween(last, policy)) {
            const change = before === null ? 'added' : after === null ? 'removed' : 'changed';
            emit(...about, change, visible(what), readable(before, people), readable(after, people));
          }
        }
        for (const line of settings) emit(...about, 'setting', null, null, visible(line));
        last = policy ?? last;
      },
    };
  },
};

/** What the entry says has changed besides what decides, such as how long the log is kept. */
function settingLines(diff: string | undefined, deciding: JsonObject | null): readonly string[] {
  if (diff === undefined) return [];
  return diff.split('\n').filter((line) => {
    const [, section] = /^[-+~] ([a-z_]+)/.exec(line) ?? [];
    return deciding === null || (section !== undefined && !Object.hasOwn(deciding, section));
  });
}

function readable(text: string | null, people: People): string | null {
  if (text === null) return null;
  const named = visible(text.replaceAll(/psn_[0-9a-f]{32}/g, (id) => people.key(id) || id));
  return cut(named);
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text;
}

import { toIsoTime } from '../../../bot/core/instant.ts';
import { ASKER_COLUMNS, askerCells, nameOf, REQUEST_COLUMNS, requestCells, textCell } from './columns.ts';
import type { Report } from './report.ts';

/** What was asked, by whom, and which human stands behind it, also where it was refused at the door. Holds nothing. */
export const requestsByAgent: Report = {
  name: 'requests-by-agent',
  columns: [...ASKER_COLUMNS, 'at', 'seq', ...REQUEST_COLUMNS, 'effect', 'rules', 'refused', 'reason'],
  open({ emit, people }) {
    return {
      take({ entry, texts }, story) {
        const { seq, at, actor } = entry;
        if (entry.type === 'request.submitted' && story !== null) {
          const { effect } = entry.data;
          const rules = story.subject.rules.join(' ');
          const asked = [...requestCells(story.subject), effect, rules, null, textCell(texts['reason'])];
          emit(...askerCells(story, people), toIsoTime(at), seq, ...asked);
        }
        if (entry.type === 'request.refused') {
          const { code, action, target } = entry.data;
          const where = target === null ? null : `${target.system}/${target.environment}/${target.resource}`;
          const [kind, owner] = actor.kind === 'client' ? [actor.client_kind, actor.owner] : ['human', null];
          const human = actor.kind === 'person' ? people.key(actor.person) : people.key(owner);
          const asker = [nameOf(actor), kind, owner, human, null, null];
          emit(...asker, toIsoTime(at), seq, null, null, action, where, null, null, null, code, null);
        }
      },
    };
  },
};

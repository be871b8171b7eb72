import type { ActionRequest, PersonId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import { callerNow } from './caller-now.ts';
import { type Caller, isPerson } from './context.ts';
import { isRequester } from './run-of.ts';

/** Who may know that a request exists. For everyone else it does not. */
export function mayRead(rulebook: Rulebook, caller: Caller, request: ActionRequest): boolean {
  if (callerNow(rulebook, caller) === null) return false;
  if (caller.id === request.requester.id) return isRequester(caller, request.requester);
  return isPerson(caller) && isReader(rulebook, caller.id, request);
}

/** The asker knows what it asked; everybody else who may read may see the payload. */
export function mayViewPayload(rulebook: Rulebook, caller: Caller, request: ActionRequest): boolean {
  return caller.id !== request.requester.id && mayRead(rulebook, caller, request);
}

function isReader(rulebook: Rulebook, person: PersonId, request: ActionRequest): boolean {
  if (person === request.owner || person === request.onBehalfOf) return true;
  if (rulebook.auditors.has(person)) return true;
  const groups = rulebook.people.get(person)?.groups ?? [];
  if (request.demands.seats.some((seat) => seat.from.some((group) => groups.includes(group)))) return true;
  if (glassOf(request).some((group) => groups.includes(group))) return true;
  return request.wasFlagged && groups.some((group) => rulebook.clearFrom.includes(group));
}

/** Whether it hangs on a group of which nobody can say now who is in it. */
export function mightRead(rulebook: Rulebook, caller: Caller, request: ActionRequest): boolean {
  const { unknownGroups, clearFrom } = rulebook;
  if (unknownGroups.size === 0 || !isPerson(caller) || callerNow(rulebook, caller) === null) return false;
  const groups = [
    ...request.demands.seats.flatMap(({ from }) => from),
    ...glassOf(request),
    ...(request.wasFlagged ? clearFrom : []),
  ];
  return groups.some((group) => unknownGroups.has(group));
}

/** The groups that may break the glass of this request, and those that review it when somebody did. */
function glassOf({ demands, brokenGlass }: ActionRequest): readonly string[] {
  const ways = brokenGlass === null ? demands.breakGlass : [...demands.breakGlass, brokenGlass];
  return ways.flatMap(({ who, reviewBy }) => [...who, ...reviewBy]);
}

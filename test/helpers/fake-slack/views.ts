import { randomUUID } from 'node:crypto';
import { type Args, type Method, refuseErrors, SlackError } from './call.ts';
import { viewErrors } from './check-view.ts';
import { LIMITS, TIMES } from './limits.ts';
import type { Fields } from './shapes.ts';
import { APP_ID, BOT_ID, TEAM } from './world.ts';

export interface OpenView {
  readonly id: string;
  readonly user: string;
  hash: string;
  view: Fields;
  /** The one that lies under it. */
  readonly under: OpenView | null;
}

/** Modals and Homes, and the triggers that open them: each good for three seconds and one use. */
export class Views {
  readonly #now: () => number;
  readonly #triggers = new Map<string, { readonly user: string; readonly at: number; used: boolean }>();
  /** What each person has open on top. */
  readonly open = new Map<string, OpenView>();
  readonly homes = new Map<string, OpenView>();

  constructor(now: () => number) {
    this.#now = now;
  }

  newTrigger(user: string): string {
    const id = `${this.#triggers.size + 1}.${randomUUID().replaceAll('-', '')}`;
    this.#triggers.set(id, { user, at: this.#now(), used: false });
    return id;
  }

  methods(): Readonly<Record<string, Method>> {
    return {
      'views.open': (args) => {
        const view = readView(args, 'modal');
        const user = this.#useTrigger(args.required('trigger_id'));
        return shown(this.show(user, view, null));
      },
      'views.push': (args) => {
        const view = readView(args, 'modal');
        const user = this.#useTrigger(args.required('trigger_id'));
        const under = this.open.get(user) ?? null;
        if (under === null) throw new SlackError('not_found');
        if (depth(under) >= LIMITS.viewStack) throw new SlackError('push_limit_reached');
        return shown(this.show(user, view, under));
      },
      'views.update': (args) => {
        const view = readView(args, 'modal');
        const open = this.find(args.text('view_id'), args.text('external_id'));
        if (open === null) throw new SlackError('not_found');
        const hash = args.text('hash');
        if (hash !== null && hash !== open.hash) throw new SlackError('hash_conflict');
        this.replace(open, view);
        return shown(open);
      },
      'views.publish': (args) => {
        const view = readView(args, 'home');
        const user = args.required('user_id');
        const hash = args.text('hash');
        const known = this.homes.get(user);
        if (known !== undefined && hash !== null && hash !== known.hash)
          throw new SlackError('hash_conflict');
        const home = { id: known?.id ?? newId(), user, hash: randomUUID(), view, under: null };
        this.homes.set(user, home);
        return shown(home);
      },
    };
  }

  show(user: string, view: Fields, under: OpenView | null): OpenView {
    const open = { id: newId(), user, hash: randomUUID(), view, under };
    this.open.set(user, open);
    return open;
  }

  replace(open: OpenView, view: Fields): void {
    open.view = view;
    open.hash = randomUUID();
  }

  close(user: string, all: boolean): void {
    const under = all ? null : (this.open.get(user)?.under ?? null);
    if (under === null) this.open.delete(user);
    else this.open.set(user, under);
  }

  find(id: string | null, externalId: string | null): OpenView | null {
    for (const top of this.open.values()) {
      for (let one: OpenView | null = top; one !== null; one = one.under) {
        if (one.id === id || (externalId !== null && one.view['external_id'] === externalId)) return one;
      }
    }
    return null;
  }

  #useTrigger(id: string): string {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) throw new SlackError('invalid_trigger_id');
    if (trigger.used) throw new SlackError('exchanged_trigger_id');
    if (this.#now() - trigger.at > TIMES.triggerMs) throw new SlackError('expired_trigger_id');
    trigger.used = true;
    return trigger.user;
  }
}

let ids = 0;
function newId(): string {
  ids += 1;
  return `V${String(ids).padStart(8, '0')}`;
}

function depth(view: OpenView): number {
  return view.under === null ? 1 : 1 + depth(view.under);
}

function readView(args: Args, type: 'modal' | 'home'): Fields {
  const view = args.object('view', 'invalid_arguments');
  if (view === null) throw new SlackError('invalid_arguments');
  return checkView(view, type);
}

/** Also for a view that comes back with the answer to a submission. */
export function checkView(view: Fields, type: 'modal' | 'home'): Fields {
  refuseErrors('invalid_arguments', viewErrors(view));
  if (view['type'] !== type) throw new SlackError('invalid_arguments');
  if (JSON.stringify(view).length > LIMITS.viewJson) throw new SlackError('view_too_large');
  return view;
}

function shown(open: OpenView): Fields {
  return { view: viewToWire(open, {}) };
}

export function viewToWire(open: OpenView, values: Fields): Fields {
  return {
    private_metadata: '',
    callback_id: '',
    ...open.view,
    id: open.id,
    team_id: TEAM,
    app_id: APP_ID,
    app_installed_team_id: TEAM,
    bot_id: BOT_ID,
    hash: open.hash,
    state: { values },
    root_view_id: open.id,
    previous_view_id: open.under?.id ?? null,
  };
}

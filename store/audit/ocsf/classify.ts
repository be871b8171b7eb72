import type { Risk } from '../../../bot/core/request.ts';
import type { LoggedEntry } from '../replay-shape.ts';

// The numbers are those of OCSF 1.9.0: API Activity (class 6003) with the security_control profile.

export interface Named {
  readonly id: number;
  readonly name: string;
}

const named = (id: number, name: string): Named => ({ id, name });

const CREATE = named(1, 'Create');
const READ = named(2, 'Read');
const UPDATE = named(3, 'Update');
const DELETE = named(4, 'Delete');
const OTHER = 99;

const ACTIVITIES: Readonly<Record<string, Named>> = {
  'request.submitted': CREATE,
  'identity.linked': CREATE,
  'requester.frozen': CREATE,
  'payload.viewed': READ,
  'audit.viewed': READ,
  'audit.exported': READ,
  'identity.unlinked': DELETE,
  'requester.cleared': DELETE,
  'payload.erased': DELETE,
  'disclosure.erased': DELETE,
  'log.pruned': DELETE,
};

/** What kind of call it was. What is none of the four is named by its own type, as OCSF asks. */
export function activityOf({ type }: LoggedEntry): Named {
  const known = ACTIVITIES[type];
  if (known !== undefined) return known;
  const isStep = /^(request|review|grant|execution|break_glass|policy)\./.test(type);
  return isStep ? UPDATE : named(OTHER, type);
}

export interface Control {
  readonly action: Named;
  readonly disposition: Named;
}

const ALLOWED = named(1, 'Allowed');
const DENIED = named(2, 'Denied');
const OBSERVED = named(3, 'Observed');

const LOGGED: Control = { action: OBSERVED, disposition: named(17, 'Logged') };
const BLOCKED: Control = { action: DENIED, disposition: named(2, 'Blocked') };
const REVOKED: Control = { action: DENIED, disposition: named(24, 'Access Revoked') };
const UNAUTHORIZED: Control = { action: DENIED, disposition: named(26, 'Unauthorized') };
const RELEASED: Control = { action: ALLOWED, disposition: named(1, 'Allowed') };

const CONTROLS: Readonly<Record<string, Control>> = {
  'request.approved': { action: ALLOWED, disposition: named(8, 'Approved') },
  'request.rejected': { action: DENIED, disposition: named(25, 'Rejected') },
  'request.denied': BLOCKED,
  'request.expired': BLOCKED,
  'request.lapsed': BLOCKED,
  'request.flagged': BLOCKED,
  'request.revoked': REVOKED,
  'requester.frozen': REVOKED,
  'grant.issued': RELEASED,
  'break_glass.used': RELEASED,
};

/** What it meant for the action that was held. A single vote decides nothing yet and is only logged. */
export function controlOf({ type }: LoggedEntry): Control {
  return CONTROLS[type] ?? (type.endsWith('.refused') ? UNAUTHORIZED : LOGGED);
}

const SUCCESS = named(1, 'Success');
const FAILURE = named(2, 'Failure');
const UNKNOWN = named(0, 'Unknown');

export function statusOf({ type }: LoggedEntry): Named {
  if (type === 'execution.unknown') return UNKNOWN;
  const failed = /(\.refused|\.failed|_failed|\.fault)$/.test(type);
  return failed ? FAILURE : SUCCESS;
}

const INFORMATIONAL = named(1, 'Informational');
const MEDIUM = named(3, 'Medium');
const HIGH = named(4, 'High');

const SEVERITIES: Readonly<Record<string, Named>> = {
  'request.flagged': HIGH,
  'requester.frozen': HIGH,
  'break_glass.used': HIGH,
  'break_glass.overdue': HIGH,
  'log.epoch_opened': HIGH,
  'log.key_rotated': MEDIUM,
  'audit.anchor_failed': MEDIUM,
  'storage.fault': HIGH,
  'clock.anomaly': MEDIUM,
  'execution.unknown': MEDIUM,
  'disclosure.erased': MEDIUM,
  'log.pruned': MEDIUM,
};

/** How much somebody should look at it, which is not how much the action could break: that is its risk. */
export function severityOf(entry: LoggedEntry): Named {
  return SEVERITIES[entry.type] ?? (codeOf(entry) === 'SELF_REVIEW' ? MEDIUM : INFORMATIONAL);
}

export function isAlert(entry: LoggedEntry): boolean {
  return severityOf(entry).id >= HIGH.id;
}

export const RISK_LEVELS: Readonly<Record<Risk, Named>> = {
  low: named(1, 'Low'),
  medium: named(2, 'Medium'),
  high: named(3, 'High'),
  critical: named(4, 'Critical'),
};

/** The stable code of a refusal or fault, where the entry has one. */
export function codeOf({ data }: LoggedEntry): string | null {
  const { code = null } = data as { readonly code?: unknown };
  return typeof code === 'string' ? code : null;
}

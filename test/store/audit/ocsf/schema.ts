/**
 * What OCSF 1.9.0 says of API Activity (6003) and its objects, written down by hand from the published
 * schema as far as Keyturn fills it in. An attribute that is not here is none that 1.9.0 has, or one that
 * nobody has looked at: both fail.
 */
type Type = 'integer' | 'string' | 'boolean' | 'object' | Shape | readonly [Shape];

interface Shape {
  readonly required: Readonly<Record<string, Type>>;
  readonly optional?: Readonly<Record<string, Type>>;
  readonly atLeastOne?: readonly string[];
}

const FINGERPRINT: Shape = {
  required: { algorithm_id: 'integer', value: 'string' },
  optional: { algorithm: 'string' },
};
const USER: Shape = {
  required: {},
  optional: {
    uid: 'string',
    type_id: 'integer',
    type: 'string',
    groups: [{ required: {}, optional: { name: 'string' } }],
  },
  atLeastOne: ['account', 'name', 'uid'],
};

export const API_ACTIVITY: Shape = {
  required: {
    activity_id: 'integer',
    actor: {
      required: {},
      optional: { user: USER, app_name: 'string', app_uid: 'string' },
      atLeastOne: ['process', 'user', 'session', 'app_name', 'app_uid'],
    },
    api: {
      required: { operation: 'string' },
      optional: {
        service: { required: {}, optional: { name: 'string' } },
        request: { required: { uid: 'string' } },
      },
    },
    category_uid: 'integer',
    class_uid: 'integer',
    metadata: {
      required: {
        version: 'string',
        product: {
          required: {},
          optional: { name: 'string', vendor_name: 'string', version: 'string' },
          atLeastOne: ['name', 'uid'],
        },
      },
      optional: {
        profiles: 'object',
        uid: 'string',
        original_event_uid: 'string',
        correlation_uid: 'string',
        sequence: 'integer',
        event_code: 'string',
        log_name: 'string',
        log_provider: 'string',
      },
    },
    severity_id: 'integer',
    src_endpoint: {
      required: {},
      optional: { svc_name: 'string' },
      atLeastOne: ['ip', 'uid', 'name', 'hostname', 'svc_name'],
    },
    time: 'integer',
    type_uid: 'integer',
  },
  optional: {
    activity_name: 'string',
    category_name: 'string',
    class_name: 'string',
    message: 'string',
    raw_data: 'string',
    raw_data_hash: FINGERPRINT,
    raw_data_size: 'integer',
    resources: [
      {
        required: {},
        optional: {
          uid: 'string',
          name: 'string',
          type: 'string',
          namespace: 'string',
          role_id: 'integer',
          role: 'string',
          data: 'object',
        },
        atLeastOne: ['name', 'uid'],
      },
    ],
    severity: 'string',
    status: 'string',
    status_code: 'string',
    status_id: 'integer',
    type_name: 'string',
    unmapped: 'object',
    // security_control
    action: 'string',
    action_id: 'integer',
    disposition: 'string',
    disposition_id: 'integer',
    is_alert: 'boolean',
    policy: { required: {}, optional: { uid: 'string', name: 'string' }, atLeastOne: ['name', 'uid'] },
    risk_level: 'string',
    risk_level_id: 'integer',
    // ai_operation
    ai_agent: { required: { uid: 'string' } },
    // record_integrity
    attestation_list: [
      {
        required: {},
        optional: {
          authority_uid: 'string',
          chain_uid: 'string',
          fingerprint: FINGERPRINT,
          prev_event: {
            required: { uid: 'string' },
            optional: { type_uid: 'integer', fingerprint: FINGERPRINT },
          },
        },
        atLeastOne: ['fingerprint', 'signatures'],
      },
    ],
  },
};

/** id → caption, for each enum that an event names both of. 99 may have any caption. */
export const ENUMS: Readonly<
  Record<string, readonly [name: string, captions: Readonly<Record<number, string>>]>
> = {
  activity_id: ['activity_name', { 0: 'Unknown', 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' }],
  severity_id: [
    'severity',
    { 0: 'Unknown', 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical', 6: 'Fatal' },
  ],
  status_id: ['status', { 0: 'Unknown', 1: 'Success', 2: 'Failure' }],
  action_id: ['action', { 0: 'Unknown', 1: 'Allowed', 2: 'Denied', 3: 'Observed', 4: 'Modified' }],
  disposition_id: [
    'disposition',
    {
      0: 'Unknown',
      1: 'Allowed',
      2: 'Blocked',
      8: 'Approved',
      16: 'No Action',
      17: 'Logged',
      24: 'Access Revoked',
      25: 'Rejected',
      26: 'Unauthorized',
      27: 'Error',
    },
  ],
  risk_level_id: ['risk_level', { 0: 'Info', 1: 'Low', 2: 'Medium', 3: 'High', 4: 'Critical' }],
  type_uid: [
    'type_name',
    {
      600300: 'API Activity: Unknown',
      600301: 'API Activity: Create',
      600302: 'API Activity: Read',
      600303: 'API Activity: Update',
      600304: 'API Activity: Delete',
      600399: 'API Activity: Other',
    },
  ],
};

/** Everything in the value that the shape does not have, or has otherwise. */
export function problemsOf(value: unknown, type: Type, at = ''): readonly string[] {
  if (Array.isArray(type)) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((item, index) => problemsOf(item, type[0] as Shape, `${at}[${index}]`));
  }
  if (type === 'integer') return Number.isSafeInteger(value) ? [] : [`${at} is no integer`];
  if (typeof type === 'string') return typeof value === type ? [] : [`${at} is no ${type}`];
  if (typeof value !== 'object' || value === null) return [`${at} is no object`];
  const { required, optional = {}, atLeastOne = [] } = type as Shape;
  const held = value as Readonly<Record<string, unknown>>;
  const missing = Object.keys(required).filter((key) => held[key] === undefined);
  const inside = Object.entries(held).flatMap(([key, inner]) => {
    const known = required[key] ?? optional[key];
    return known === undefined
      ? [`${at}.${key} is not in the schema`]
      : problemsOf(inner, known, `${at}.${key}`);
  });
  const none = atLeastOne.length > 0 && !atLeastOne.some((key) => held[key] !== undefined);
  return [
    ...missing.map((key) => `${at}.${key} is missing`),
    ...inside,
    ...(none ? [`${at} has none of ${atLeastOne.join(', ')}`] : []),
  ];
}

import type { PolicyFile } from '../policy-file/schema.ts';
import { checkUp } from '../teams/check-up.ts';
import type { TeamsSettings } from '../teams/settings.ts';
import { type Finding, fine, note, wrong } from './finding.ts';

const DOCS = 'See .github/docs/teams.md';

export interface Examined {
  readonly settings: TeamsSettings;
  readonly file: PolicyFile;
  /** The person who is looked for in every place, by their key. */
  readonly person: string | null;
}

/** Everything about Teams that can be found out while writing to nobody but that person. */
export async function* examineTeams({ settings, file, person }: Examined): AsyncGenerator<Finding> {
  if (settings.playground)
    yield note('Teams: the playground, which signs nothing', 'For trying it out only.');
  const look = checkUp(settings, () => performance.now());
  const token = await look.token();
  if (token !== null) {
    yield wrong(`Teams: ${token}`, `Look at TEAMS_APP_ID, TEAMS_TENANT_ID and the credentials. ${DOCS}`);
    return;
  }
  yield fine(`Teams: Microsoft knows the app ${settings.appId}`);
  const keys = await look.keys();
  yield keys === null
    ? fine('the keys that sign for Teams can be had')
    : wrong(
        `the keys that sign for Teams cannot be had: ${keys}`,
        'Without them nothing that comes in is believed.',
      );
  for (const [key, { accounts }] of Object.entries(file.people)) {
    if (accounts.teams !== undefined && !accounts.teams.startsWith(`${settings.tenantId}/`))
      yield wrong(`${key}: ${accounts.teams} is of another tenant: they can decide nothing`);
  }
  yield* examineGroups(look, file);
  yield* examinePlaces(look, file, settings.tenantId, person);
  yield note(
    'Microsoft must reach /api/messages over https',
    'The Azure Bot says under Test in Web Chat whether it does.',
  );
}

async function* examineGroups(look: ReturnType<typeof checkUp>, file: PolicyFile): AsyncGenerator<Finding> {
  for (const [name, { entra_group: id }] of Object.entries(file.groups)) {
    if (id === undefined) continue;
    const said = await look.group(id);
    yield typeof said === 'number'
      ? fine(`group ${name}: Entra's group ${id} has ${said} people`)
      : wrong(`group ${name}: Microsoft does not say who is in ${id}: ${said}`, DOCS);
  }
}

async function* examinePlaces(
  look: ReturnType<typeof checkUp>,
  file: PolicyFile,
  tenantId: string,
  person: string | null,
): AsyncGenerator<Finding> {
  const places = placesOf(file);
  if (person === null) {
    yield note(
      `not looked at: whether the app is in ${places.join(', ') || 'any channel'}`,
      'keyturn doctor --person KEY looks for that person there, and sends them a sample card.',
    );
    return;
  }
  const [home, object] = file.people[person]?.accounts.teams?.split('/') ?? [];
  if (object === undefined || home !== tenantId) {
    yield wrong(`${person} has no Teams account of this tenant in the policy`);
    return;
  }
  for (const place of places) {
    const why = await look.member(place, object);
    yield why === null
      ? fine(`the app is in ${place}, and so is ${person}`)
      : wrong(`${place}: ${why}`, 'Add the app to that team or chat, and the person too.');
  }
  const why = await look.sample(object);
  yield why === null
    ? fine(`a sample card is in the chat of ${person} with the app`)
    : wrong(
        `no sample card for ${person}: ${why}`,
        'They must have added the app, or be in a team that has.',
      );
}

function placesOf(file: PolicyFile): readonly string[] {
  const places = [
    ...Object.values(file.plans).map(({ notify }) => notify.teams),
    ...file.break_glass.map(({ notify }) => notify.teams),
    file.security_notices?.teams,
  ];
  return [...new Set(places.filter((place) => place !== undefined))];
}

// biome-ignore lint/suspicious/noExplicitAny: a card as it came over the wire
type Any = any;

export interface ReadCard {
  /** What a reader reads, block by block. */
  readonly text: string;
  /** Buttons in sight: what a button opens is not. */
  readonly buttons: readonly string[];
}

export function readCard(card: Any): ReadCard {
  const { body = [], actions = [] } = card ?? {};
  return {
    text: linesOf(body).join('\n'),
    buttons: [...buttonsOf(body), ...actions.map(({ title }: Any) => title)],
  };
}

/** The card of a message, or nothing. */
export function cardOf(activity: Any): Any {
  return activity?.attachments?.[0]?.content ?? null;
}

function linesOf(value: Any): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(linesOf);
  if (typeof value !== 'object' || value === null) return [];
  if (value.type === 'RichTextBlock')
    return [(value.inlines ?? []).map((run: Any) => (typeof run === 'string' ? run : run.text)).join('')];
  if (value.type === 'TextBlock') return [String(value.text)];
  if (value.type === 'ColumnSet') return [value.columns.flatMap((one: Any) => linesOf(one.items)).join(': ')];
  return [value.items, value.body].flatMap(linesOf);
}

function buttonsOf(value: Any): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(buttonsOf);
  if (typeof value !== 'object' || value === null) return [];
  if (value.type === 'ActionSet') return value.actions.map(({ title }: Any) => String(title));
  return [value.items, value.columns, value.body].flatMap(buttonsOf);
}

export interface Found {
  /** Either what is sent at once, or what the button opens. */
  readonly execute: Any;
  readonly inputs: readonly Any[];
}

/** The button with this label: what is sent, through whatever it opens first. */
export function findButton(card: Any, label: string): Found {
  const found = actionsOf(card).find(({ title }) => title === label);
  if (found === undefined)
    throw new Error(`there is no button "${label}", only ${JSON.stringify(readCard(card).buttons)}`);
  if (found.type !== 'Action.ShowCard') return { execute: found, inputs: inputsOf(card) };
  const [inner] = actionsOf(found.card);
  return { execute: inner, inputs: inputsOf(found.card) };
}

function actionsOf(value: Any): readonly Any[] {
  if (Array.isArray(value)) return value.flatMap(actionsOf);
  if (typeof value !== 'object' || value === null) return [];
  if (value.type === 'ActionSet') return value.actions;
  return [value.items, value.columns, value.body].flatMap(actionsOf);
}

/** Inputs of this card itself, not of what its buttons open. */
export function inputsOf(value: Any): readonly Any[] {
  if (Array.isArray(value)) return value.flatMap(inputsOf);
  if (typeof value !== 'object' || value === null) return [];
  if (String(value.type).startsWith('Input.')) return [value];
  return [value.items, value.columns, value.body].flatMap(inputsOf);
}

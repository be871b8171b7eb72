import type { Message, RoomEvents } from '../wire.ts';
import { clickButton, typeLine } from './act.ts';
import { ask } from './ask.ts';
import { byId, make } from './dom.ts';
import { followRoom, type Live } from './live.ts';
import { showMessages } from './messages.ts';
import { showNote } from './note.ts';
import { keepSession, keptSession, type Me } from './session.ts';
import { linesOf } from './words.ts';

const signIn = byId('sign-in', HTMLElement);
const room = byId('room', HTMLElement);
const secret = byId('secret', HTMLInputElement);
const problem = byId('sign-in-problem', HTMLElement);
const line = byId('line', HTMLInputElement);
const answers = make('div', { class: 'notes answers' });
byId('composer', HTMLFormElement).before(answers);

const messages = showMessages((button, notes) => void clickButton(button, notes));
let live: Live | null = null;

function showSignIn(why: string): void {
  live?.stop();
  live = null;
  keepSession(null);
  messages.reset([]);
  answers.replaceChildren();
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
  room.hidden = true;
  signIn.hidden = false;
  problem.textContent = why;
  secret.focus();
}

function showRoom(me: Me): void {
  signIn.hidden = true;
  room.hidden = false;
  byId('me', HTMLElement).replaceChildren(
    make('span', { class: 'avatar', 'aria-hidden': 'true' }, me.name.slice(0, 1).toUpperCase()),
    make('span', {}, me.name),
  );
  live?.stop();
  live = followRoom(
    ({ name, data }) => onEvent(name, data),
    (state) => {
      const connection = byId('connection', HTMLElement);
      connection.className = `connection ${state}`;
      connection.textContent = state === 'live' ? 'Live' : 'Reconnecting …';
    },
  );
}

function onEvent(name: string, data: unknown): void {
  if (name === 'room') {
    const { messages: all, directs } = data as RoomEvents['room'];
    messages.reset(all);
    for (const direct of directs) tell(direct);
  }
  if (name === 'message') messages.put(data as Message);
  if (name === 'direct') tell(data as RoomEvents['direct']);
}

function tell({ lines, output }: RoomEvents['direct']): void {
  const end =
    output === null ? [] : [make('pre', { tabindex: '0', 'aria-label': 'Output' }, output.untrusted)];
  showNote(answers, 'done', ...linesOf(lines), ...end);
}

byId('sign-in', HTMLElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = secret.value.trim();
  const answer = ask<Me>('sign-in', /^ktp_/.test(typed) ? { token: typed } : { code: typed });
  void answer.then((said) => {
    secret.value = '';
    if (!said.ok) {
      problem.textContent = said.refused.text;
      secret.focus();
      return;
    }
    problem.textContent = '';
    keepSession(said.value);
    showRoom(said.value);
  });
});
byId('sign-out', HTMLButtonElement).addEventListener('click', () => {
  void ask('sign-out', {}).then(() => showSignIn(''));
});
byId('composer', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = line.value.trim();
  if (typed === '') return;
  line.value = '';
  void typeLine(typed, answers);
});
window.addEventListener('signed-out', () => {
  if (!room.hidden) showSignIn('You are signed out. Sign in again.');
});

const me = keptSession();
if (me === null) showSignIn('');
else showRoom(me);

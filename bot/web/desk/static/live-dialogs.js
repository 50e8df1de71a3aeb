// The desk's dialogs. Each is a <dialog>: Esc closes it, and the focus goes back to where it came from.
import { play, wake } from './alerts.js';
import { tagField } from './live-context.js';
import { button, h } from './widget.js';

const OUTCOMES = { answered: 'Answered', referred: 'Referred', follow_up: 'Follow-up', no_reply: 'No reply' };
const KEYS = [
	['Lists', [['j', 'k', 'Next, previous chat'], ['Enter', 'o', 'Open the chat'], ['c', 'Claim']]],
	['Chat', [['r', 'Write a reply'], ['/', 'Choose a saved reply'], ['n', 'Write a note'], ['i', 'Use what the assistant suggests'], ['d', 'Details of the chat'], ['t', 'Transfer'], ['u', 'Release to the queue'], ['b', 'Give back to the assistant'], ['e', 'End chat']]],
	['While writing', [['Enter', 'Send'], ['Shift+Enter', 'New line'], ['/', 'Saved replies, at the start of a line'], ['Esc', 'Leave the text box']]],
	['Desk', [['a', 'Available or away'], ['m', 'Sound on or off'], ['g d', 'Desk'], ['g t', 'Transcripts'], ['g r', 'Review'], ['g i', 'Inbox'], ['g s', 'Statistics'], ['?', 'This sheet']]],
];

const place = (address) => () => document.querySelector(`nav a[href="${address}"]`);
/** The pages that `g` and a letter lead to: the link in the menu, if this person has it. */
export const PLACES = { d: place('/desk'), t: place('/desk/chats'), r: place('/desk/review'), i: place('/desk/inbox'), s: place('/desk/stats') };

let count = 0;
/** Show a dialog; resolves to what `done(value)` was given, or undefined when it was closed. */
function show(title, make, { wide } = {}) {
	return new Promise((resolve) => {
		const id = `dialog-${++count}`;
		const back = document.activeElement;
		let answer;
		const done = (value) => {
			answer = value;
			box.close();
		};
		const box = h(wide ? 'dialog.sheet.wide' : 'dialog.sheet', { 'aria-labelledby': id, close() {
			box.remove();
			if (back?.isConnected) back.focus();
			resolve(answer);
		} });
		box.append(h('h2', { id }, title), ...[make(done)].flat().filter(Boolean));
		document.body.append(box);
		box.showModal();
	});
}
const form = (submit, ...kids) => h('form', { submit: (event) => (event.preventDefault(), submit()) }, kids);
const buttons = (done, label, tone = '') => h('div.buttons', {}, h(`button.button${tone}`, { type: 'submit' }, label), button('Cancel', () => done(), { class: 'button quiet' }));

/** Ask a question that is answered by one button; resolves to true or undefined. */
export const confirm = (title, text, yes) => show(title, (done) => form(() => done(true), text && h('p', {}, text), buttons(done, yes)));

/** Choose a colleague and write why; resolves to {to, note}. */
export function transfer(people, me) {
	const others = people.filter((person) => person.id !== me.id).sort((a, b) => (b.status === 'available') - (a.status === 'available'));
	const ready = others.filter((person) => person.status === 'available');
	if (!ready.length) return show('Transfer this chat', (done) => [h('p', {}, 'No colleague is available now.'), h('div.buttons', {}, button('Close', () => done(), { class: 'button' }))]);
	return show('Transfer this chat', (done) => {
		const note = h('textarea#transfer-note', { required: '', rows: 3, maxlength: 500, 'aria-describedby': 'transfer-hint' });
		const choice = (person) => h('label.choice', {},
			h('input', { type: 'radio', name: 'to', value: person.id, required: '', disabled: person.status === 'available' ? null : '', checked: person === ready[0] && ready.length === 1 ? '' : null }),
			' ', person.shown_as, ' ', h('span.soft', {}, person.status + (person.talks ? `, ${person.talks} ${person.talks > 1 ? 'chats' : 'chat'}` : '')));
		const box = form(() => done({ to: Number(new FormData(box).get('to')), note: note.value.trim() }),
			h('fieldset', {}, h('legend', {}, 'To'), others.map(choice)),
			h('div.field', {}, h('label', { for: 'transfer-note' }, 'What should they know?'), note, h('p.hint', { id: 'transfer-hint' }, 'Only staff can read this. Your colleague has 60 seconds to accept.')),
			buttons(done, 'Transfer'));
		note.addEventListener('input', () => note.setCustomValidity(note.value.trim() ? '' : 'Write a few words.'));
		return box;
	});
}

/** Choose how a chat ended; resolves to {outcome, tags}. */
export function end(tags, outcome = 'answered') {
	return show('End this chat', (done) => {
		const field = tagField(tags, () => {}, 'end-tags');
		const box = form(() => done({ outcome: new FormData(box).get('outcome'), tags: field.all() }),
			h('fieldset', {}, h('legend', {}, 'How did it end?'), Object.entries(OUTCOMES).map(([value, label]) => h('label.choice', {},
				h('input', { type: 'radio', name: 'outcome', value, checked: value === outcome ? '' : null, autofocus: value === outcome ? '' : null }), ' ', label))),
			h('div.field', {}, h('span.label', {}, 'Tags'), field.element),
			buttons(done, 'End chat'));
		return box;
	});
}

/** Show the keys. */
export const keys = () => show('Keys', (done) => [
	h('p.soft', {}, 'Single keys work while you are not typing. You can switch them off under Alerts.'),
	h('div.keys', {}, KEYS.map(([title, rows]) => h('section', {}, h('h3', {}, title),
		h('dl', {}, rows.filter(([key]) => !key.startsWith('g ') || PLACES[key.slice(2)]()).map((row) => h('div', {}, h('dt', {}, row.slice(0, -1).flatMap((key, i) => [i > 0 && ' ', ...key.split(' ').flatMap((one, n) => [n > 0 && ' ', h('kbd', {}, one)])])), h('dd', {}, row.at(-1)))))))),
	h('div.buttons', {}, button('Close', () => done(), { class: 'button' })),
], { wide: true });

/** Let staff choose how they are called; `set(change)` stores what changed. */
export const alerts = (prefs, set) => show('Alerts and keys', (done) => {
	const problem = h('p.bad', { role: 'status' });
	const choice = (name, label, hint, ask) => {
		const box = h('input', { type: 'checkbox', checked: prefs[name] ? '' : null, id: `pref-${name}`, 'aria-describedby': hint && `pref-${name}-hint`, async change() {
			problem.textContent = (box.checked && (await ask?.())) || '';
			if (problem.textContent) box.checked = false;
			prefs[name] = box.checked;
			set({ [name]: box.checked });
		} });
		return h('div.option', {}, h('label.choice', { for: `pref-${name}` }, box, ' ', label), hint && h('p.hint', { id: `pref-${name}-hint` }, hint));
	};
	return [
		choice('sound', 'Sound', 'One for a new chat, another for a new message when you are not looking.', () => void wake()),
		button('Try the sounds', () => {
			wake();
			play('chat');
			setTimeout(() => play('message'), 1200);
		}, { class: 'button quiet small' }),
		choice('alerts', 'Desktop alerts', 'When this window is not in front.', async () => {
			if (!('Notification' in window)) return 'This browser has no desktop alerts.';
			const answer = Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission;
			return answer === 'granted' ? '' : 'Your browser blocks desktop alerts. Allow them in its settings for this site.';
		}),
		choice('alert_words', 'Show the patron’s words in desktop alerts', 'Leave this off where others can see your screen.'),
		choice('ctrl_enter', 'Ctrl+Enter sends', 'Enter then makes a new line.'),
		choice('single_keys', 'Single-key shortcuts', 'Press ? to see them.'),
		problem,
		h('div.buttons', {}, button('Done', () => done(), { class: 'button' })),
	];
});

// Where staff write: a reply that is sent, or a note that is not. What is typed is kept for each chat.
import { channelLines } from './live-channel.js';
import { drafts } from './live-line.js';
import { picker } from './live-replies.js';
import { button, h, put } from './widget.js';

const MOST = 4000; // characters of a reply or a note
const TYPING = 3e3; // the server is told no more often
const AGAIN = 300; // how long to wait for a connection that is still being made

/** Make the composer; `send(text)` gets the replies, `typing()` is called now and then while one is written. */
export function composer(desk, { send, typing, place }) {
	let chat, later, told = 0;
	let kind = 'reply';
	let allowed = false;

	const box = h('textarea#reply', { rows: 1, maxlength: MOST, input: typed, keydown: key, 'aria-describedby': 'composer-hint composer-count', blur: keep });
	const label = h('label', { for: 'reply' });
	const hint = h('p.hint', { id: 'composer-hint' });
	const tabs = h('div.kinds', { role: 'group', 'aria-label': 'What you write' },
		button('Reply', () => focus('reply'), { 'data-kind': 'reply' }),
		button('Note', () => focus('note'), { 'data-kind': 'note' }));
	const go = button('Send', submit, { class: 'button go' });
	const replies = picker(box, desk, place);
	const lines = channelLines(desk);
	const element = h('div.composer', {}, replies.element, h('div.top', {}, tabs, label, hint), h('div.line', {}, box, go), lines.element);

	function keep() {
		if (chat) drafts.set(chat, kind, box.value);
	}
	function show() {
		element.hidden = !allowed && kind !== 'note';
		element.classList.toggle('noting', kind === 'note');
		for (const tab of tabs.children) {
			put(tab, { 'aria-pressed': tab.dataset.kind === kind, hidden: tab.dataset.kind === 'reply' && !allowed ? '' : null });
		}
		label.textContent = kind === 'note' ? 'Note, not sent' : 'Reply to the patron';
		label.className = kind === 'note' ? '' : 'hidden';
		go.textContent = kind === 'note' ? 'Save note' : 'Send';
		const sends = desk.prefs().ctrl_enter ? 'Ctrl+Enter sends, Enter makes a new line' : 'Enter sends, Shift+Enter makes a new line';
		lines.count(box.value, kind === 'reply');
		hint.textContent = kind === 'note' ? 'Only staff can read notes.' : `${sends}. Type / for saved replies.`;
	}
	function load(next) {
		keep();
		kind = next;
		box.value = chat ? drafts.get(chat, kind) : '';
		replies.close();
		show();
		grow();
	}
	function grow() {
		box.style.blockSize = '';
		if (box.scrollHeight > box.clientHeight) box.style.blockSize = `${box.scrollHeight + 2}px`;
	}
	function typed() {
		keep();
		grow();
		lines.count(box.value, kind === 'reply');
		if (kind === 'note') return replies.close();
		replies.look();
		clearTimeout(later);
		tell(Date.now() + TYPING);
	}
	function tell(until) {
		if (Date.now() - told < TYPING || !box.value.trim() || replies.isOpen()) return;
		if (typing() !== false) told = Date.now();
		else if (Date.now() < until) later = setTimeout(tell, AGAIN, until); // the connection is not open yet
	}
	function key(event) {
		if (event.isComposing || replies.key(event)) return;
		if (event.key === 'Escape') {
			event.preventDefault();
			event.stopPropagation();
			desk.leaveComposer();
		} else if (event.key === 'Enter') {
			const held = event.ctrlKey || event.metaKey;
			if (desk.prefs().ctrl_enter ? !held : event.shiftKey) return;
			event.preventDefault();
			submit();
		}
	}
	async function submit() {
		const text = box.value.trim();
		box.focus();
		if (!text) return;
		if (kind === 'note') {
			go.disabled = true;
			const [of, done] = [chat, await desk.note(text)];
			go.disabled = false;
			if (!done) return;
			drafts.set(of, 'note', '');
			if (chat !== of) return;
			box.value = '';
			load(allowed ? 'reply' : 'note');
			if (allowed) box.focus();
			return;
		}
		if (!allowed) return;
		box.value = '';
		typed();
		told = 0;
		send(text);
	}
	function focus(next = kind) {
		if (next === 'reply' && !allowed) return;
		if (next !== kind) load(next);
		show();
		box.focus();
		box.setSelectionRange(box.value.length, box.value.length);
	}
	return {
		element,
		focus,
		keep,
		open(id) {
			keep();
			clearTimeout(later);
			chat = id;
			box.value = '';
			kind = 'reply';
			box.value = drafts.get(chat, kind);
			replies.close();
			show();
			requestAnimationFrame(grow);
		},
		/** Take what is known of the chat. */
		told(context) {
			lines.know(context);
			if (context) show();
		},
		tick: lines.tick,
		/** Say whether the chat is mine to write in. */
		allow(now) {
			if (now === allowed) return show();
			allowed = now;
			show();
			grow();
		},
		/** Open the saved replies, where nothing is written yet. */
		slash() {
			focus('reply');
			if (box.value.trim()) return;
			box.value = '/';
			typed();
		},
		insert(text) {
			if (!allowed) return;
			if (kind !== 'reply') load('reply');
			box.value = box.value.trim() ? `${box.value.trimEnd()}\n${text}` : text;
			typed();
			focus('reply');
		},
	};
}

// Saved replies: "/" at the start of a line opens a list that narrows while one types.
import { h, put } from './widget.js';

const AT_LINE_START = /(^|\n)\/([^\n]*)$/;
const SHOWN = 8;

/** Make the list that belongs to a text box; `place()` is the chat that is written in. */
export function picker(box, desk, place) {
	const list = h('ul', { id: 'replies', role: 'listbox', 'aria-label': 'Saved replies', tabindex: 0 });
	const element = h('div.replies', { hidden: '' }, list);
	let all, loading, found = [];
	let at = 0;
	box.addEventListener('blur', () => document.hasFocus() && close());
	put(box, { 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-controls': 'replies' });

	const filled = (text, talk) => {
		const { library, phone, staff } = desk.facts;
		const facts = { patron_branch: talk.branch ?? library, staff, library, phone };
		return text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
	};
	// Every letter asks for the list; those typed while it is on its way wait for the same answer.
	const load = () => (loading ??= desk.ask('GET', '/replies').then((got) => (all = got.replies), () => (loading = null)));
	const asked = () => box.value.slice(0, box.selectionStart).match(AT_LINE_START)?.[2];

	async function look() {
		if (asked() == null) return close();
		await load();
		const query = asked()?.toLowerCase();
		if (query == null || !all) return close();
		const talk = place();
		const rank = (reply) => {
			const shortcut = reply.shortcut.toLowerCase();
			return (shortcut.startsWith(query) ? 0 : shortcut.includes(query) ? 2 : reply.text.toLowerCase().includes(query) ? 4 : NaN) + (reply.lang === talk.lang ? 0 : 1);
		};
		const before = found.length;
		found = all.filter((reply) => !Number.isNaN(rank(reply))).sort((a, b) => rank(a) - rank(b) || a.shortcut.localeCompare(b.shortcut)).slice(0, SHOWN);
		at = 0;
		list.replaceChildren(...found.map((reply, i) => h('li', { id: `reply-${i}`, role: 'option', mousedown: (event) => (event.preventDefault(), pick(i)) },
			h('span.name', {}, `/${reply.shortcut}`), reply.own && h('span.soft', {}, ' yours'), ' ',
			h('span.text', { lang: reply.lang }, filled(reply.text, talk)))));
		if (!found.length) list.replaceChildren(h('li', { role: 'option', 'aria-disabled': true, 'aria-selected': false }, all.length ? 'No saved reply fits.' : 'There are no saved replies yet.'));
		if (element.hidden || before !== found.length) desk.say(found.length ? `${found.length} saved ${found.length === 1 ? 'reply' : 'replies'}. Use the arrow keys.` : 'No saved reply fits.');
		element.hidden = false;
		mark();
	}
	function mark() {
		[...list.children].forEach((li, i) => put(li, { 'aria-selected': i === at && found.length > 0 }));
		put(box, { 'aria-activedescendant': found.length ? `reply-${at}` : null });
		if (found.length) list.children[at].scrollIntoView({ block: 'nearest' });
	}
	function close() {
		element.hidden = true;
		found = [];
		put(box, { 'aria-activedescendant': null });
	}
	function pick(i) {
		const caret = box.selectionStart;
		const head = box.value.slice(0, caret).replace(AT_LINE_START, '$1') + filled(found[i].text, place());
		box.value = head + box.value.slice(caret);
		box.setSelectionRange(head.length, head.length);
		close();
		box.dispatchEvent(new Event('input'));
	}
	return {
		element,
		look,
		close,
		isOpen: () => !element.hidden,
		/** Use a key for the list while it is open; return whether it was used. */
		key(event) {
			if (element.hidden) return false;
			const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
			if (step && found.length) {
				at = (at + step + found.length) % found.length;
				mark();
			} else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && found.length) pick(at);
			else if (event.key === 'Escape') close();
			else if (event.key === 'Tab') return close(), false;
			else return false;
			event.preventDefault();
			event.stopPropagation();
			return true;
		},
	};
}

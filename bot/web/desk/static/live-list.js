// The lists at the left: who waits, who is offered to me, my chats, my colleagues'.
import { calls, heading } from './alerts.js';
import { button, h, put } from './widget.js';

const REASONS = {
	not_understood: 'The assistant did not understand twice',
	rated_down: 'Not happy with an answer',
	safety: 'May be in distress',
};
const STATES = { available: 'ok', busy: 'warn', away: 'off', offline: 'off' };
const GONE_FOR = 8e3;

/** Return facts as text to compare them by, without what changes all the time. */
export const still = (facts) => JSON.stringify(facts, (key, value) => (key === 'waited' || key === 'left' ? undefined : value));
const write = (el, text) => el.textContent === text || (el.textContent = text);
/** Return seconds as 0:07, 12:30 or 1:02:03. */
export function clock(seconds) {
	const s = Math.max(0, Math.floor(seconds));
	const tail = String(s % 60).padStart(2, '0');
	return s < 3600 ? `${Math.floor(s / 60)}:${tail}` : `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, '0')}:${tail}`;
}
/** Make a time that runs by itself: `data-from` counts up from a moment, `data-until` down to it. */
export const ticking = (attribute, moment) => put(h('time'), { [attribute]: Math.round(moment) });
export function tick(root) {
	for (const el of root.querySelectorAll('[data-from],[data-until]')) {
		const { from, until } = el.dataset;
		write(el, clock((from ? Date.now() - from : until - Date.now()) / 1e3));
	}
}

/** Draw the lists of a desk: `draw()` after each state, `lost(chat, text)` when a claim came too late. */
export function lists(desk) {
	const $ = (id) => document.getElementById(id);
	const rows = new Map(); // by list and chat

	function row(kind, talk) {
		const open = h('button.open', { type: 'button', click: () => desk.open(talk.chat) });
		const parts = { open, top: h('span.top'), words: h('span.words'), more: h('span.more'), acts: h('div.acts') };
		open.append(parts.top, ' ', parts.words, ' ', parts.more);
		const li = h('li.item', { 'data-chat': talk.chat }, open, parts.acts);
		if (kind === 'waiting') {
			parts.acts.append(button('Claim', () => desk.claim(talk.chat), { class: 'button small', 'aria-label': `Claim, ${talk.branch ?? 'no branch'}` }));
		} else if (kind === 'offered') {
			parts.acts.append(
				button('Accept', () => desk.accept(talk.chat), { class: 'button small' }),
				button('Decline', () => desk.decline(talk.chat), { class: 'button quiet small' }));
		}
		return Object.assign(li, { parts });
	}
	function fill(li, kind, talk) {
		const { parts } = li;
		const unread = kind === 'mine' && desk.unread(talk);
		const moment = kind === 'offered' ? desk.at + 1e3 * talk.left : desk.at - 1e3 * talk.waited;
		if (!(Math.abs(moment - li.moment) < 1500)) li.moment = moment; // a push that was late must not make the clock jump
		const place = heading(talk);
		const sign = still([talk, unread, desk.chat === talk.chat, li.moment]);
		if (li.sign === sign) return;
		li.sign = sign;
		li.className = ['item', kind, talk.urgent && 'urgent', unread && 'unread', talk.patron === 'away' && 'away', talk.undelivered && 'missed'].filter(Boolean).join(' ');
		put(parts.open, { 'aria-current': desk.chat === talk.chat ? 'true' : null });
		const time = ticking(kind === 'offered' ? 'data-until' : 'data-from', li.moment);
		const label = { waiting: 'Waiting ', offered: `${talk.from} passes you a chat: `, mine: '', others: `${talk.staff} · ` }[kind];
		const where = h('span.where', {}, kind === 'waiting' ? '' : label, place);
		parts.top.replaceChildren(...(kind === 'waiting' ? [h('span.hidden', {}, label), time, h('span.hidden', {}, ' · '), where] : [where, ' ', time]));
		const said = kind === 'waiting' ? talk.question || talk.last : kind === 'offered' ? talk.note : talk.last;
		const who = kind === 'mine' || kind === 'others' ? { staff: kind === 'mine' ? 'You: ' : `${talk.staff}: `, bot: 'Assistant: ', system: '' }[talk.last_from] : null;
		write(parts.words, who == null ? (said ? `“${said}”` : '') : who + (said ?? ''));
		const signs = [
			unread && ['New message', 'accent'],
			kind === 'waiting' && talk.urgent && [REASONS[talk.reason] ?? 'Comes first', 'danger'],
			kind === 'waiting' && !talk.urgent && REASONS[talk.reason] && [REASONS[talk.reason], ''],
			talk.patron === 'away' && ['Patron is away', 'warn'],
			talk.stopped && ['Wants no messages (STOP)', 'danger'],
			talk.undelivered > 0 && [talk.undelivered > 1 ? `${talk.undelivered} messages not delivered` : 'Message not delivered', 'danger'],
			talk.tried > 0 && ['Not yet delivered', 'warn'],
			talk.transfer && [`Waiting for ${talk.transfer.to}`, 'warn'],
		].filter(Boolean);
		parts.more.replaceChildren(h('span.pill.warn.late', { hidden: '' }, 'Waiting over a minute'), ...signs.map(([text, tone]) => h(`span.pill${tone && '.' + tone}`, {}, text)));
		age(li, kind);
	}
	function age(li, kind) {
		if (kind !== 'waiting' || li.classList.contains('gone')) return;
		const late = li.querySelector('.late');
		if (late) late.hidden = calls((Date.now() - li.moment) / 1e3) < 3;
	}
	/** Put the rows of a list in order without touching those that are in place: focus and pointer stay where they are. */
	function sync(ul, kind, talks) {
		const wanted = talks.map((talk) => {
			const key = `${kind}:${talk.chat}`;
			const li = rows.get(key) ?? row(kind, talk);
			rows.set(key, li);
			fill(li, kind, talk);
			return li;
		});
		for (const li of [...ul.children]) if (!wanted.includes(li)) leave(li, kind);
		let place = ul.firstElementChild;
		for (const li of wanted) {
			while (place?.classList.contains('gone')) place = place.nextElementSibling;
			if (place === li) place = place.nextElementSibling;
			else {
				const focused = li.contains(document.activeElement) && document.activeElement;
				ul.insertBefore(li, place);
				if (focused) focused.focus();
			}
		}
	}
	function leave(li, kind) {
		const { chat } = li.dataset;
		if (li.classList.contains('gone')) return;
		rows.delete(`${kind}:${chat}`);
		const taken = desk.S.others.find((talk) => talk.chat === chat);
		if (kind === 'waiting' && !desk.S.mine.some((talk) => talk.chat === chat)) fade(li, taken ? `${taken.staff} took this chat.` : 'This patron is no longer waiting.');
		else remove(li);
	}
	/** Grey a row out where it stands: nothing may slip under a pointer that was about to press Claim. */
	function fade(li, text) {
		li.classList.add('gone');
		li.parts.acts.querySelectorAll('button').forEach((el) => (el.disabled = true));
		li.parts.words.textContent = text;
		setTimeout(() => remove(li), GONE_FOR);
	}
	function remove(li) {
		if (li.contains(document.activeElement)) {
			const next = li.nextElementSibling ?? li.previousElementSibling;
			(next?.querySelector('.open') ?? li.closest('.group').querySelector('h2')).focus();
		}
		li.remove();
	}
	function count(id, number) {
		write($(id).querySelector('.count'), number ? String(number) : '');
	}

	const fold = $('others-fold');
	fold.addEventListener('click', () => {
		const open = fold.getAttribute('aria-expanded') !== 'true';
		put(fold, { 'aria-expanded': open });
		$('others').hidden = !open;
	});

	return {
		draw() {
			const { waiting, offered, mine, others, people, me } = desk.S;
			const first = [...waiting].sort((a, b) => b.urgent - a.urgent || b.waited - a.waited);
			sync($('offered'), 'offered', offered);
			sync($('waiting'), 'waiting', first);
			sync($('mine'), 'mine', mine);
			sync($('others-list'), 'others', others);
			$('offered-group').hidden = !$('offered').children.length;
			$('waiting-none').hidden = !!$('waiting').children.length;
			$('mine-none').hidden = !!$('mine').children.length;
			$('others-none').hidden = !!others.length;
			count('offered-title', offered.length);
			count('waiting-title', waiting.length);
			count('mine-title', mine.length);
			count('others-title', others.length);
			$('people').replaceChildren(...people.map((person) => h('li', {},
				put(h('span'), { class: `dot ${STATES[person.status]}`, 'aria-hidden': true }), ' ',
				h('span', {}, person.id === me.id ? `${person.shown_as} (you)` : person.shown_as), ' ',
				h('span.soft', {}, `${person.status}${person.talks ? `, ${person.talks} ${person.talks > 1 ? 'chats' : 'chat'}` : ''}`))));
		},
		tick() {
			for (const [key, li] of rows) age(li, key.split(':')[0]);
		},
		lost(chat, text) {
			const li = rows.get(`waiting:${chat}`);
			if (!li) return;
			rows.delete(`waiting:${chat}`);
			fade(li, text);
		},
		/** Move the focus to the next or the previous row of all lists. */
		step(by) {
			const all = [...document.querySelectorAll('#lists .item:not(.gone) .open')].filter((el) => el.offsetParent);
			const focused = all.indexOf(document.activeElement);
			const now = focused < 0 ? all.findIndex((el) => el.closest('.item').dataset.chat === desk.chat) : focused;
			all.at(now < 0 ? (by > 0 ? 0 : -1) : (now + by + all.length) % all.length)?.focus();
		},
		/** Return the chat whose row has the focus. */
		focused: () => document.activeElement?.closest('.item')?.dataset.chat,
		focus(chat) {
			const row = chat && document.querySelector(`#lists .item[data-chat="${CSS.escape(chat)}"] .open`);
			(row?.offsetParent ? row : $('waiting-title')).focus();
		},
	};
}

// The middle of the desk: one chat, its head, its messages and notes, and what may be done with it.
import { heading } from './alerts.js';
import { composer } from './live-composer.js';
import { follow } from './live-line.js';
import { ticking } from './live-list.js';
import { BLOCKS, EN, button, dir, fill, h, put, words } from './widget.js';

const AWAY_FOR = 60e3; // until then a patron who is away may be coming back
const DRAWING = { t: (key, facts) => fill(EN[key], facts), server: location.origin, ask() {} };

const time = (at) => new Date(at ?? Date.now()).toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' });
const spoken = (message) => words(message.blocks.filter((block) => BLOCKS[block.type]));

/** Draw one block as staff read it: nothing in it can be pressed for the patron. */
function drawn(block) {
	try {
		if (BLOCKS[block.type]) return BLOCKS[block.type](DRAWING, block, '');
	} catch {}
	const title = block.title ?? block.prompt;
	return title ? h('p.soft', {}, `[${title}]`) : null;
}

/** The middle of the desk for one chat at a time: `open(chat)`, `draw()` after each state, `told(context)`. */
export function conversation(desk) {
	const place = document.getElementById('talk');
	const rows = new Map();
	const reasons = new Map(); // why a reply was refused, by its text
	let line, gone, away, typing, quiet, context, ui, signs;
	let mode = null;
	let atBottom = true; // what is newest stays in view when the space for it shrinks
	let caught = () => {};
	const compose = composer(desk, { send, typing: () => context?.patron.messaging || line.up({ typing: true }), place: () => desk.find(desk.chat) });

	const sizes = new ResizeObserver(() => ui && atBottom && end());

	function build() {
		ui = {
			head: h('div.talk-head'), title: h('h2', { tabindex: -1, id: 'talk-title' }), facts: h('p.facts'), acts: h('div.acts', { id: 'talk-acts' }),
			more: button('Actions', () => menu(), { class: 'button quiet small menu', 'aria-expanded': 'false', 'aria-controls': 'talk-acts' }),
			details: button('Details', () => desk.details(), { class: 'button quiet small details', 'aria-expanded': 'false', 'aria-controls': 'about' }),
			bars: h('div.notices'),
			log: h('div.log', { role: 'region', 'aria-label': 'Conversation', tabindex: 0, scroll: () => (atBottom = atEnd()) && (ui.newer.hidden = true) }),
			list: h('ol', { role: 'list' }), typing: h('p.typing'),
			newer: button('New messages ↓', () => (end(), ui.log.focus()), { class: 'button small newer', hidden: '' }),
			suggestion: h('div.suggestion', { hidden: '' }),
		};
		ui.log.append(ui.list);
		sizes.disconnect();
		sizes.observe(ui.log);
		ui.head.append(button('Back', () => desk.close(), { class: 'button quiet small back' }),
			h('div.who', {}, ui.title, ui.facts), ui.more, ui.acts, ui.details);
		place.replaceChildren(ui.head, ui.bars, h('div.frame', {}, ui.log, ui.newer), ui.typing, ui.suggestion, compose.element);
	}
	function empty() {
		const { me, waiting, mine, desk: hours, inbox } = desk.S;
		const sign = JSON.stringify([me.status, waiting.length, mine.length, hours, inbox]);
		if (signs === sign) return;
		signs = sign;
		const own = { available: 'You are available.', busy: 'You are busy. New chats ring only when nobody takes them.', away: 'You are away. Patrons are told no librarian is free.' }[me.status];
		const now = hours.open === false ? `The desk is closed.${hours.opens ? ` It opens ${hours.opens}.` : ''}` : hours.until ? `The desk is open until ${hours.until}.` : '';
		place.replaceChildren(h('div.calm', {}, lamp(),
			h('h2', { id: 'talk-title', tabindex: -1 }, waiting.length ? `${waiting.length === 1 ? 'One patron is' : `${waiting.length} patrons are`} waiting.` : 'No one is waiting.'),
			h('p', {}, own), now && h('p.soft', {}, now),
			waiting.length ? button('Claim the first one', () => desk.claim(), { class: 'button', 'aria-keyshortcuts': 'c' }) : null,
			inbox ? h('p', {}, h('a', { href: '/desk/inbox' }, inbox === 1 ? '1 message in the inbox' : `${inbox} messages in the inbox`)) : null));
	}
	function menu(open = ui.more.getAttribute('aria-expanded') !== 'true') {
		put(ui.more, { 'aria-expanded': open });
		ui.acts.classList.toggle('shown', open);
	}

	const atEnd = () => ui.log.scrollHeight - ui.log.scrollTop - ui.log.clientHeight < 80;
	function end() {
		atBottom = true;
		ui.log.scrollTop = 1e9;
		ui.newer.hidden = true;
	}
	function send(text) {
		line.queue(text);
		reasons.delete(text);
		messages();
		end();
	}

	function head(talk) {
		const there = talk.kind === 'none' ? (context?.patron.here ?? true) : talk.patron !== 'away';
		away = there ? null : (away ?? Date.now());
		const left = !there && (mode === 'ended' || Date.now() - away > AWAY_FOR);
		const patron = context?.patron ?? talk;
		const title = heading(patron);
		const can = desk.allowed(talk);
		const sign = JSON.stringify([talk.chat, talk.kind, talk.staff, talk.from, talk.note, talk.transfer?.to, talk.reason, there, left, mode, title, can, gone, context?.staff, desk.S.me.status]);
		if (signs === sign) return;
		signs = sign;
		ui.title.textContent = title;
		const present = mode === 'ended' ? ['off', 'Chat ended'] : patron.messaging ? ['ok', `By ${patron.channel_name}`] : there ? ['ok', 'Patron is here'] : left ? ['off', 'Patron has left'] : ['warn', 'Patron is reconnecting…'];
		ui.facts.replaceChildren(put(h('span'), { class: `dot ${present[0]}`, 'aria-hidden': true }), ' ', h(`span.is-${present[0]}`, {}, present[1]),
			...(talk.kind === 'waiting' ? [' · Waiting ', ticking('data-from', desk.at - 1e3 * talk.waited)] : talk.kind === 'mine' ? [' · with you for ', ticking('data-from', desk.at - 1e3 * talk.waited)] : []));
		const act = (label, key, run, tone = 'quiet') => button([label, ' ', h('kbd', { 'aria-hidden': true }, key)], () => (menu(false), run()), { class: `button ${tone} small`, 'aria-keyshortcuts': key });
		ui.acts.replaceChildren(...[
			can.transfer && act('Transfer', 't', desk.transfer),
			can.release && act('Release', 'u', desk.release),
			can.give && act('Give to assistant', 'b', desk.give),
			can.end && act('End chat', 'e', desk.end),
		].filter(Boolean));
		ui.more.hidden = !ui.acts.children.length;
		notices(talk, left);
		compose.allow(talk.kind === 'mine' && mode !== 'ended');
	}
	function notices(talk, left) {
		const bar = (tone, text, ...kids) => h(`div.notice.${tone}`, {}, h('p', {}, text), kids);
		const note = button('Add a note', () => desk.write('note'), { class: 'button quiet small' });
		const out = [];
		if (gone) out.push(bar('danger', 'This chat can no longer be opened.'));
		else if (talk.kind === 'waiting') {
			out.push(bar('claim', talk.urgent && talk.reason === 'safety' ? 'This patron may be in distress.' : 'This patron waits for a person.',
				button(['Claim ', h('kbd', { 'aria-hidden': true }, 'c')], () => desk.claim(talk.chat), { class: 'button', 'aria-keyshortcuts': 'c' }), note));
		} else if (talk.kind === 'offered') {
			out.push(bar('claim', [`${talk.from} passes you this chat: “${talk.note}” (`, ticking('data-until', desk.at + 1e3 * talk.left), ')'],
				button('Accept', () => desk.accept(talk.chat), { class: 'button' }), button('Decline', () => desk.decline(talk.chat), { class: 'button quiet' })));
		} else if (mode === 'ended') {
			out.push(bar('warn', left && talk.kind === 'mine' ? 'The patron has left. You can add a note, or create a follow-up.' : 'This chat has ended.', note));
		} else if (talk.kind === 'others') {
			out.push(bar('info', `${talk.staff} has this chat. You can read it and add a note.`, note));
		} else if (talk.kind === 'none') {
			out.push(bar('info', context?.staff ? `${context.staff.shown_as} has this chat.` : 'The assistant has this chat. Nobody is asked for.', note));
		}
		if (talk.transfer) {
			out.push(bar('warn', [`Waiting for ${talk.transfer.to} to accept… (`, ticking('data-until', desk.at + 1e3 * talk.transfer.left), ')'],
				button('Cancel', desk.recall, { class: 'button quiet small' })));
		}
		if (talk.kind === 'mine' && left && mode !== 'ended') {
			out.push(bar('warn', 'The patron has left. You can add a note, or create a follow-up.',
				button('Create a follow-up', () => desk.end('follow_up'), { class: 'button quiet small' }), note));
		}
		ui.bars.replaceChildren(...out);
		desk.tick();
	}

	function messages() {
		const follows = atEnd();
		const stored = line.log.map((message) => message.client_id);
		const notes = [...(context?.notes ?? [])];
		const all = [];
		const pass = (seq) => {
			while (notes[0] && notes[0].after_seq < seq) all.push({ ...notes.shift(), from: 'note' });
		};
		for (const message of line.log) {
			pass(message.seq);
			all.push(message);
		}
		pass(Infinity);
		all.push(...line.outbox().filter((item) => !stored.includes(item.client_id)));
		const shown = all.map((message, i) => {
			const key = message.from === 'note' ? `n${message.id}` : (message.client_id ?? message.seq);
			const first = all[i - 1]?.from !== message.from || all[i - 1]?.name !== message.name;
			const state = message.from === 'note' || message.seq ? '' : gone ? 'failed' : (message.state ?? 'sending');
			const missed = context?.undelivered?.[message.from === 'note' ? null : message.seq];
			const sign = [state, first, missed?.words].join();
			const li = rows.get(key) ?? h('li');
			rows.set(key, li);
			if (li.sign !== sign) message.from === 'note' ? note(li, message) : bubble(li, message, first, state, missed);
			li.sign = sign;
			return li;
		});
		for (const li of [...ui.list.children]) if (!shown.includes(li)) li.remove();
		let fresh = false;
		shown.forEach((li, i) => {
			if (ui.list.children[i] === li) return;
			fresh ||= !li.isConnected;
			ui.list.insertBefore(li, ui.list.children[i]);
		});
		if (!fresh) return;
		if (follows || quiet) end();
		else ui.newer.hidden = false;
	}
	function note(li, { name, at, text }) {
		put(li, { class: 'm note' }).replaceChildren(h('p.by', {}, h('strong', {}, 'Note, not sent'), ` · ${name} · ${time(at)}`), h('div.b', {}, h('p', { dir: 'auto' }, text)));
	}
	function bubble(li, message, first, state, missed) {
		const { from, lang = 'en' } = message;
		const mine = from === 'staff' && (!message.seq || message.name === desk.S.me.shown_as);
		const name = from === 'patron' ? 'Patron' : from === 'bot' ? 'Assistant' : from === 'system' ? 'Notice' : mine ? 'You' : (message.name ?? 'Colleague');
		put(li, { class: ['m', from, mine && 'ours', first && 'first', state, missed?.failed && 'failed'].filter(Boolean).join(' '), id: message.seq ? `m${message.seq}` : null })
			.replaceChildren(h(first && from !== 'system' ? 'p.by' : 'p.by.hidden', {}, `${name} · ${time(message.at)}`),
				h('div.b', { lang, dir: from === 'patron' ? 'auto' : dir(lang) }, message.blocks.map((block) => (from === 'patron' && block.type === 'text' ? h('p.as-typed', {}, block.text) : drawn(block)))));
		if (missed) li.append(h(missed.failed ? 'p.state.bad' : 'p.state.soft', {}, missed.words));
		if (state === 'sending') li.append(h('p.state.soft', {}, 'Sending…'));
		if (state === 'failed') {
			li.append(h('div.state.bad', {}, h('strong', {}, 'Not sent.'), ' ', reasons.get(message.text) ?? '',
				!gone && button('Try again', () => (line.retry(message), compose.focus()), { class: 'button quiet small' }),
				button('Remove', () => (line.drop(message), compose.focus()), { class: 'button quiet small' })));
		}
	}
	function suggestion() {
		const now = context?.suggestion;
		const usable = now && desk.find(desk.chat).kind === 'mine' && mode !== 'ended' && !line.log.some((m) => m.from === 'staff' && m.seq > now.seq);
		ui.suggestion.hidden = !usable;
		const sign = usable ? `${now.seq}:${now.text}` : '';
		if (ui.suggestion.dataset.sign === sign) return;
		ui.suggestion.dataset.sign = sign;
		if (!usable) return ui.suggestion.replaceChildren();
		ui.suggestion.replaceChildren(
			h('details', {}, h('summary', {}, h('span', {}, h('strong', {}, 'Assistant suggests: '), now.text)), h('p.full', {}, now.text)),
			button(['Use it ', h('kbd', { 'aria-hidden': true }, 'i')], use, { class: 'button quiet small', 'aria-keyshortcuts': 'i' }));
	}
	/** Put what the assistant would have answered into the composer. */
	function use() {
		const now = ui && !ui.suggestion.hidden && context?.suggestion;
		if (now) compose.insert(now.text);
	}
	function frame({ state, mode: now, typing: writes }) {
		caught();
		if (state?.mode ?? now) mode = state?.mode ?? now;
		if (writes?.from === 'patron') {
			typing = Date.now() + 6e3; // the two clocks need not agree; a patron who goes on typing says so every 3 seconds
			tick();
		}
		api.draw();
	}
	function heard(fresh, silent) {
		quiet = silent;
		messages();
		quiet = false;
		if (fresh.some((message) => message.from === 'patron')) typing = 0;
		if (silent) end();
		else {
			const said = fresh.filter((message) => !(message.from === 'staff' && message.name === desk.S.me.shown_as));
			if (said.length) desk.say(said.map((message) => `${message.from === 'patron' ? 'Patron' : message.from === 'bot' ? 'Assistant' : (message.name ?? 'Notice')}: ${spoken(message)}`).join(' '));
		}
		desk.read(line.seq);
		desk.learn();
	}
	function tick() {
		if (!ui || !desk.chat) return;
		const text = typing > Date.now() ? 'Patron is typing…' : '';
		if (ui.typing.textContent !== text) ui.typing.textContent = text;
		compose.tick();
		if (away) head(desk.find(desk.chat));
	}
	function leave() {
		if (!line) return;
		const left = line;
		compose.keep();
		left.leave();
		line = null;
		sizes.disconnect();
	}
	function start(chat) {
		mode = context = away = gone = null;
		typing = 0;
		signs = null;
		rows.clear();
		build();
		const own = (line = follow(chat, desk.base, desk.csrf, {
			draw() {
				if (own !== line) return;
				gone = own.gone;
				api.draw();
			},
			heard: (fresh, silent) => own === line && heard(fresh, silent),
			frame: (now) => own === line && frame(now),
			asked() {},
			failed(text, { message, code }) {
				reasons.set(text, code && message);
				desk.say(`Not sent. ${message ?? ''}`);
			},
		}));
		compose.told(null);
		compose.open(chat);
		line.start();
		api.draw();
	}

	const api = {
		open(chat) {
			leave();
			if (chat) start(chat);
			else {
				ui = signs = null;
				place.replaceChildren();
				api.draw();
			}
		},
		draw() {
			if (!desk.S) return;
			if (!line) return empty();
			head(desk.find(desk.chat));
			messages();
			suggestion();
		},
		told(now) {
			context = now;
			mode = now.mode;
			compose.told(now);
			api.draw();
		},
		use,
		tick,
		slash: () => compose.slash(),
		keep: () => compose.keep(),
		/** Return the patron's words of a message, as far as it is here. */
		said(seq) {
			const message = line?.log.find((one) => one.seq === seq);
			return message && spoken(message);
		},
		/** Wait until the server has said what was missed. */
		caught: () => new Promise((resolve) => {
			const late = setTimeout(resolve, 5e3);
			caught = () => {
				clearTimeout(late);
				resolve();
			};
		}),
		newest: () => line?.log.at(-1),
		revive: () => line?.revive(),
		focus: (kind) => compose.focus(kind),
		region: () => (ui ? ui.log : document.getElementById('talk-title'))?.focus(),
	};
	return api;
}

function lamp() {
	const make = (tag, props, ...kids) => {
		const el = document.createElementNS('http://www.w3.org/2000/svg', tag);
		for (const [name, value] of Object.entries(props)) el.setAttribute(name, value);
		el.append(...kids);
		return el;
	};
	const path = (d, kind) => make('path', { d, class: kind });
	return make('svg', { viewBox: '0 0 240 140', class: 'lamp', 'aria-hidden': 'true' },
		path('M96 34 L58 118 H196 L128 34 Z', 'glow'),
		path('M12 118 H228', 'line'),
		path('M186 118 H150 M168 118 V64 Q168 24 128 24 M128 14 q-30 2 -34 24 h42 z', 'line'),
		path('M40 112 q24 -12 44 0 q20 -12 44 0 M84 112 V100 M40 112 V98 q24 -12 44 2 q20 -14 44 -2 V112', 'line'));
}

// The right column: who the patron is, why they asked, what the assistant understood, tags, notes and the rating.
import { still } from './live-list.js';
import { button, h, put } from './widget.js';

const REASONS = {
	asked: 'Asked for a person',
	not_understood: 'The assistant did not understand twice',
	rated_down: 'Was not happy with an answer',
	safety: 'May be in distress',
};
const RATINGS = { yes: 'Helped', partly: 'Helped in part', no: 'Did not help', up: 'Good answer', down: 'Bad answer' };
const STATES = { failed: 'no answer', suggested: 'suggested to staff' };
const SHOWN = 3;

const time = (at) => new Date(at).toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' });
const day = (at) => new Date(at).toLocaleDateString('en', { weekday: 'short', day: 'numeric', month: 'short' });
const moment = (at) => (day(at) === day(Date.now()) ? time(at) : `${day(at)}, ${time(at)}`);
const percent = (share) => `${Math.round(share * 100)} %`;

/** Return a field that adds and removes tags; `changed(tags)` hears every change. */
export function tagField(tags, changed, id) {
	let now = [...tags];
	const chips = h('ul.chips', { role: 'list' });
	const box = h('input', { id, type: 'text', maxlength: 40, autocomplete: 'off', placeholder: 'Add a tag', keydown: key, 'aria-describedby': `${id}-hint` });
	function set(next) {
		now = next;
		draw();
		changed(now);
	}
	function add() {
		const tag = box.value.trim().toLowerCase();
		box.value = '';
		if (tag && !now.includes(tag)) set([...now, tag]);
	}
	function key(event) {
		if (event.key !== 'Enter' && event.key !== ',') return;
		event.preventDefault();
		add();
	}
	function draw() {
		chips.replaceChildren(...now.map((tag) => h('li', {}, tag,
			button('×', () => (set(now.filter((other) => other !== tag)), box.focus()), { class: 'drop', 'aria-label': `Remove tag ${tag}` }))));
		chips.hidden = !now.length;
	}
	draw();
	return {
		element: h('div.tags', {}, chips, h('label.hidden', { for: id }, 'Add a tag'), box, h('p.hidden', { id: `${id}-hint` }, 'Press Enter to add it.')),
		/** Return the tags with the one that is still being typed. */
		all: () => (add(), now),
		update(tags) {
			if (JSON.stringify(tags) === JSON.stringify(now) || box.value) return;
			now = [...tags];
			draw();
		},
		busy: () => document.activeElement === box,
	};
}

/** Draw the column of a chat's context: `draw(C)`, or `draw(null)` while nothing is open. */
export function context(desk) {
	const place = document.getElementById('about');
	let sign, tags, of, all = false;

	const part = (title, ...kids) => h('section', {}, h('h3', {}, title), kids);
	const facts = (pairs) => h('dl', {}, pairs.filter(([, value]) => value).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));

	function page(address) {
		let url;
		try {
			url = new URL(address);
		} catch {
			return address;
		}
		const text = url.host + (url.pathname === '/' ? '' : url.pathname);
		return /^https?:$/.test(url.protocol) ? h('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer' }, text, h('span.hidden', {}, ' (opens in a new tab)')) : text;
	}
	function turn(seq, { topic, confidence, entities, ranking, state }) {
		const asked = desk.words(Number(seq));
		const others = (ranking ?? []).slice(1, 4);
		return h('li', {},
			asked && h('p.asked', {}, `“${asked}”`),
			h('p.topic', {}, h('strong', {}, topic ?? 'Not understood'), confidence != null && h('span.share', {}, percent(confidence)), STATES[state] && h('span.pill', {}, STATES[state])),
			confidence != null && h('meter', { min: 0, max: 1, low: 0.5, high: 0.75, optimum: 1, value: confidence, 'aria-label': 'Confidence' }),
			entities?.length > 0 && h('p.soft', {}, entities.map(([name, value]) => `${name}: ${value}`).join(' · ')),
			others.length > 0 && h('details', {}, h('summary', {}, 'Other guesses'), h('ul', { role: 'list' }, others.map(([name, share]) => h('li', {}, `${name} `, h('span.share', {}, percent(share)))))));
	}
	function understood(turns) {
		const list = Object.entries(turns ?? {}).sort(([a], [b]) => b - a);
		if (!list.length) return null;
		const rest = list.length - SHOWN;
		return part('What the assistant understood',
			h('ol.turns', { role: 'list' }, (all ? list : list.slice(0, SHOWN)).map(([seq, facts]) => turn(seq, facts))),
			rest > 0 && !all && button(`Show ${rest} more`, () => ((all = true), (sign = null), desk.redraw()), { class: 'words-only' }));
	}
	function build(C) {
		const { patron, handoff, guide, notes, ratings, comment } = C;
		const editable = desk.find(C.chat).kind !== 'none' || C.mine;
		if (!tags || of !== C.chat) tags = tagField(C.tags, (now) => desk.act('tags', { tags: now }).catch((error) => desk.problem(error.message)), 'tag-box');
		else tags.update(C.tags);
		const held = tags.busy();
		put(place, { 'data-chat': C.chat });
		place.replaceChildren(...[
			h('div.bar-top', {}, h('h2', {}, 'About this chat'), button('Close', () => desk.details(false), { class: 'button quiet small details' })),
			part('Patron', facts([
				['Page', patron.page && page(patron.page)],
				['Branch', patron.branch ?? 'Not known'],
				['Language', patron.language],
				['Channel', patron.channel_name],
				['Began', patron.began && moment(patron.began)],
				['Now', !patron.messaging && (patron.here ? 'Here' : 'Away')],
			])),
			handoff && part('Why they asked', h('p', {}, REASONS[handoff.reason] ?? handoff.reason), handoff.question && h('blockquote', { dir: 'auto' }, handoff.question)),
			guide && part('Guide', h('p', {}, h('strong', {}, guide.title)), h('p', {}, `Reached step ${guide.step} of ${guide.of}`), h('progress', { max: guide.of, value: guide.step, 'aria-label': 'Steps of the guide' })),
			understood(C.turns),
			editable && part('Tags', tags.element),
			part('Notes', notes.length ? h('ul.noted', { role: 'list' }, notes.map(({ name, at, text }) => h('li', {}, h('p.soft', {}, `${name}, ${time(at)}`), h('p', { dir: 'auto' }, text)))) : null,
				button(['Add a note ', h('kbd', { 'aria-hidden': true }, 'n')], () => desk.write('note'), { class: 'button quiet small', 'aria-keyshortcuts': 'n' })),
			rating(ratings, comment),
			h('p.last', {}, h('a', { href: `/desk/chats/${encodeURIComponent(C.chat)}` }, 'Open the transcript')),
		].filter(Boolean));
		if (held) document.getElementById('tag-box').focus();
	}
	function rating(ratings, comment) {
		const { 0: whole, ...answers } = ratings ?? {};
		const down = Object.values(answers).filter((value) => value === 'down').length;
		const up = Object.values(answers).length - down;
		if (!whole && !down && !up && !comment) return null;
		return part('Rating', whole && h('p', {}, h('strong', {}, RATINGS[whole] ?? whole)),
			(up > 0 || down > 0) && h('p.soft', {}, `Answers: ${up} good, ${down} bad`), comment && h('blockquote', { dir: 'auto' }, comment));
	}
	return {
		draw(C) {
			if (!C) {
				sign = of = null;
				put(place, { 'data-chat': null });
				return place.replaceChildren();
			}
			const next = still([C, desk.find(C.chat).kind, desk.seq()]);
			if (next === sign) return;
			sign = next;
			if (of !== C.chat) all = false;
			const back = document.activeElement;
			const place_of = back && place.contains(back) && back.id !== 'tag-box' ? [...place.querySelectorAll('a,button,summary,input')].indexOf(back) : -1;
			const opened = [...place.querySelectorAll('.turns details')].map((el) => el.open);
			const scroll = place.scrollTop;
			const same = of === C.chat;
			build(C);
			of = C.chat;
			if (!same) return;
			place.scrollTop = scroll;
			if (opened.length) [...place.querySelectorAll('.turns details')].forEach((el, i) => (el.open = opened[i] ?? false));
			if (place_of >= 0) [...place.querySelectorAll('a,button,summary,input')][place_of]?.focus();
		},
	};
}

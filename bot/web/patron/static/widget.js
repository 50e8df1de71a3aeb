// <library-chat>, the patron's chat: docs/widget.md. Nothing is parsed as HTML.
const HOME = new URL('.', import.meta.url);
const LANGS = { en: 'English', es: 'Español' };
export const EN = {
	launch: 'Ask the library', region: 'Library chat', close: 'Close chat', menu: 'Chat menu',
	one: '1 new message', many: '{n} new messages', bot: 'Assistant', patron: 'You', staff: 'Librarian', system: 'Notice',
	sub: 'Automated assistant', privacy: 'Please do not type passwords or your full card number.',
	days: 'Chats are kept for {days} days.', talk: 'Conversation', label: 'Your message', hint: 'Type your question',
	send: 'Send', opening: 'Opening the chat…', typing: 'Assistant is typing…',
	slow: 'Still looking. This can take a few more seconds.',
	fail: 'Sorry, I could not get an answer just now. Your message is saved.', retry: 'Try again', remove: 'Remove',
	call: 'Call {phone}', write: 'E-mail {email}', ways: 'Other ways to reach us', sending: 'Sending…', failed: 'Not sent.',
	newer: 'New messages', chose: 'You chose: {x}', more: 'Show {n} more', tab: '(opens in a new tab)', warn: 'Important:',
	left: '{n} characters left', toolong: 'That message is too long by {n} characters.', empty: 'Type your question first.',
	offline: 'You are offline. Your messages will be sent when the connection returns.', reconnect: 'Reconnecting…',
	back: 'Connected again.', limited: 'You are sending messages very quickly. Please wait {s} seconds.',
	expired: 'This chat ended after a long pause. You can start a new one.', again: 'Start a new chat',
	cleared: 'Cleared. Nothing from this chat is left on this device.', named: '{name}, librarian',
};

const CSS = `
:host{display:contents!important;--lc-accent:#17594a;--lc-on-accent:#fff;--lc-bg:#fffdfa;--lc-fg:#1f2a27;--lc-muted:#56615d;--lc-bot:#f4f0e8;--lc-line:#ddd5c7;--lc-danger:#a1251b;--lc-focus:#1d5fd0;--lc-font:system-ui,sans-serif;--lc-z:2147483000;color-scheme:light}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){--lc-accent:#86d3bd;--lc-on-accent:#08251d;--lc-bg:#161d1b;--lc-fg:#ebefe9;--lc-muted:#a9b5af;--lc-bot:#232d2a;--lc-line:#3a4642;--lc-danger:#ffa195;--lc-focus:#ffd27a;--lc-head:#20302b;--lc-on-head:#ebefe9;color-scheme:dark}}
:host([theme=dark]){--lc-accent:#86d3bd;--lc-on-accent:#08251d;--lc-bg:#161d1b;--lc-fg:#ebefe9;--lc-muted:#a9b5af;--lc-bot:#232d2a;--lc-line:#3a4642;--lc-danger:#ffa195;--lc-focus:#ffd27a;--lc-head:#20302b;--lc-on-head:#ebefe9;color-scheme:dark}
:host([position]:not([position=start],[position=end])){display:block!important;block-size:100%;min-block-size:20rem}
:host([hidden]),[hidden]{display:none!important}
#root{all:initial;display:block;block-size:100%;color-scheme:inherit;color:var(--lc-fg);font:medium/1.5 var(--lc-font)}
#root.float{position:fixed;z-index:var(--lc-z)}
#panel,#win{block-size:100%}
*{box-sizing:border-box;margin:0;padding:0}
button,textarea{font:inherit;color:inherit;background:0;border:1px solid transparent}
button{cursor:pointer}
a{color:inherit}
h2{font-size:1em}
ul,.m{list-style:none}
svg{inline-size:1.4em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
:focus-visible{outline:3px solid var(--lc-focus);outline-offset:2px}
#win :focus-visible{outline-offset:-3px}
header :focus-visible{outline-color:currentColor}
.vh{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
#launch,#newer{display:flex;align-items:center;gap:.5em;padding:.6em 1em;border-radius:3em;font-weight:600;box-shadow:0 .2em 1em #0005}
#launch,#newer,#send,.patron .b{background:var(--lc-accent);color:var(--lc-on-accent)}
#launch,.float #win{position:fixed;inset-block-end:calc(1em + env(safe-area-inset-bottom));inset-inline-end:1em}
.start>#launch,.start #win{inset-inline:1em auto}
#badge{padding:0 .5em;border-radius:1em;background:var(--lc-bg);color:var(--lc-accent)}
#win{display:flex;flex-direction:column;background:var(--lc-bg);overflow:hidden;position:relative}
.float #win{inline-size:min(24em,100vw - 2em);block-size:min(36em,100vh - 2em);border:1px solid var(--lc-line);border-radius:1.2em;box-shadow:0 1em 3em #0005}
header,form{display:flex;align-items:center;gap:.5em;padding:.6em 1em}
header{padding-inline-end:.5em;gap:0;background:var(--lc-head,var(--lc-accent));color:var(--lc-on-head,var(--lc-on-accent))}
header div,#bar p,#box,#log{flex:1;min-inline-size:0}
header p,#bar,.sm{font-size:.875em}
header button,#send{display:grid;place-items:center;inline-size:2.75em;block-size:2.75em;border-radius:3em}
#menu,#log{overflow:auto;padding:.5em 1em;position:relative;overflow-wrap:anywhere}
.sm{color:var(--lc-muted)}
.m{display:flex;flex-direction:column;align-items:flex-start;gap:.3em;margin-block-end:.5em}
.first{margin-block-start:1em}
.b{max-inline-size:92%;padding:.6em 1em;border:1px solid var(--lc-line);border-radius:.3em 1.2em 1.2em;background:var(--lc-bot)}
.patron{align-items:flex-end}
.patron .b{border-radius:1.2em 1.2em .3em;white-space:pre-wrap}
.b>*+*,.b li+li,.ch{margin-block-start:.5em}
.ch,#bar{display:flex;flex-wrap:wrap;align-items:center;gap:.5em}
:is(#log,#bar) button,summary,.ch a{display:block;padding:.6em 1em;border:1px solid;border-radius:3em;color:var(--lc-accent);background:var(--lc-bg);font-weight:600;text-decoration:none}
.bad{color:var(--lc-danger);font-weight:600}
#newer{position:absolute;inset-block-end:6em;inset-inline:0;margin:auto;inline-size:max-content}
#bar,form,#menu{border-block:1px solid var(--lc-line)}
#bar{padding:.6em 1em;background:var(--lc-bot)}
#box{resize:none;border:1px solid;border-radius:1.4em;padding:.6em 1em;block-size:2.75em;max-block-size:min(8.7em,30vh)}
#hint{padding:0 1em .6em}
@media (max-width:30em),(max-height:30em){
#launch{padding:1em}
#launch span{position:absolute;inset-block-start:-.3em;inset-inline-end:-.3em}
#label{clip-path:inset(50%)}
.float>* #win{inset:var(--top,0) 0 auto;inline-size:auto;block-size:var(--high,100vh);border:0;border-radius:0}
}
@media (max-height:24em){header,form{padding-block:.2em}}
`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
const ICONS = { chat: 'M4 5h16v11H10l-4 4v-4H4z', close: 'M6 6l12 12M18 6L6 18', menu: 'M5 7h14M5 12h14M5 17h14', send: 'M5 12h14M12 5l7 7-7 7' };

export function put(el, props) {
	for (const key in props) {
		const value = props[key];
		if (typeof value === 'function') el.addEventListener(key, value);
		else if (value === false || value == null) el.removeAttribute(key);
		else el.setAttribute(key, value);
	}
	return el;
}
/** 'name.class#id' */
export function h(tag, props, ...kids) {
	const [path, id] = tag.split('#');
	const [name, ...classes] = path.split('.');
	const el = put(document.createElement(name), { id, class: classes.join(' ') || null, ...props });
	el.append(...kids.flat(3).filter((kid) => kid));
	return el;
}
function icon(name) {
	const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));
	svg.append(put(path, { d: ICONS[name] }));
	return put(svg, { viewBox: '0 0 24 24', 'aria-hidden': true });
}
export const button = (label, click, props) => h('button', { type: 'button', click, ...props }, label);
export const list = (tag, items) => h('ul' + tag, { role: 'list' }, items.map((item) => h('li', {}, item)));
export const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
export const dir = (lang) => (/^(ar|fa|he|ur)\b/.test(lang) ? 'rtl' : 'ltr');

export function keep(kind, origin) {
	const memory = new Map();
	const prefix = `foyer:${origin}:`;
	let area;
	try {
		area = kind === 'none' ? null : kind === 'session' ? sessionStorage : localStorage;
	} catch {}
	return {
		area,
		prefix,
		get: (key) => JSON.parse(memory.get(prefix + key) ?? area?.getItem(prefix + key) ?? null),
		set(key, value) {
			memory.delete(prefix + key);
			try {
				value == null ? area.removeItem(prefix + key) : area.setItem(prefix + key, JSON.stringify(value));
			} catch {
				if (value != null) memory.set(prefix + key, JSON.stringify(value));
			}
		},
		all: (start) => [...Object.keys(area ?? {}), ...memory.keys()].filter((key) => key.startsWith(prefix + start)).sort().map((key) => key.slice(prefix.length)),
	};
}


let count = 1e4;
export function talk({ base, auth, begin, credentials, from = 'patron' }, store, view) {
	let alive, hangUp, wake, later, synced, ws;
	let sockets = 0; // closed at once, in a row
	let tries = 0;
	let until = 0;
	const me = {
		fails: 0, start, queue, flush, revive, leave, forget, adopt, sweep,
		post: (path, body) => api('POST', `/${me.chat.id}/${path}`, me.chat.token, body),
		up: (frame) => ws?.readyState === 1 && ws.send(JSON.stringify(frame)),
		outbox: () => store.all('o:').map(store.get),
		limited: () => Math.ceil(Math.max(0, until - Date.now()) / 1e3),
	};
	load();

	function load() {
		me.chat = store.get('chat');
		me.log = (me.chat && store.get('log')) || [];
		me.seq = me.log.at(-1)?.seq ?? 0;
		me.state = (me.chat && store.get('state')) || {};
		me.rated = {};
		me.gone = synced = false;
	}
	const one = (job) => (navigator.locks ? navigator.locks.request(store.prefix, job) : job());
	const backoff = (n) => Math.min(3e4, 250 * 2 ** n) * (0.5 + Math.random());

	async function api(method, path, token, body) {
		const headers = { 'Content-Type': 'application/json', ...(token && auth(token)) };
		const answer = await fetch(base + path, { method, headers, body: JSON.stringify(body), credentials, signal: AbortSignal.timeout(4e4) });
		const { status, ok } = answer;
		if (!ok) throw { ...(await answer.json().catch(() => 0)), status, after: answer.headers.get('Retry-After') };
		return status === 204 ? answer : answer.json();
	}
	function refused({ status, after }) {
		if (status === 429) until = Date.now() + 1e3 * (after || 10);
		else if ([401, 403, 404, 410].includes(status)) me.gone = true;
		else return false;
		return true;
	}
	async function start() {
		if (alive) return;
		const mine = (alive = {});
		while (alive === mine && !me.gone) {
			try {
				await (me.chat ? sync(sockets > 1 && !me.fails ? 25 : 0) : one(create));
				me.fails = 0;
				view.draw();
				flush();
				if (sockets < 2) await listen();
			} catch (error) {
				if (!refused(error)) me.fails++;
			}
			if (alive !== mine) return;
			view.draw();
			await new Promise((done) => setTimeout((wake = done), Math.max(until - Date.now(), me.fails ? backoff(me.fails) : sockets > 1 ? 0 : 300)));
		}
	}
	async function create() {
		load();
		if (me.chat) return sync();
		const { messages, state, mode, ...chat } = await api('POST', '', '', begin());
		store.set('chat', (me.chat = chat));
		synced = true;
		apply(messages);
		frame({ state, mode });
	}
	async function sync(wait = 0) {
		const { id, token } = me.chat;
		const { messages, ...more } = await api('GET', `/${id}/messages?after=${me.seq}&wait=${wait}`, token);
		if (me.chat?.id !== id) return;
		apply(messages, !synced); // what a reload brings back is not news
		synced = true;
		frame(more);
	}
	function apply(messages, silent) {
		const fresh = messages.filter((m) => m.seq > me.seq);
		for (const m of fresh) {
			me.seq = m.seq;
			me.log.push(m);
			store.set('o:' + m.client_id);
		}
		if (!fresh[0]) return;
		store.set('log', me.log.slice(-200));
		view.heard(fresh, silent);
	}
	function frame({ mode, state = mode && { mode }, rated, ...more }) {
		const was = me.state.mode;
		Object.assign(me.rated, rated);
		if (state) store.set('state', (me.state = state));
		view.frame({ state, ...more }, was);
	}
	function listen() {
		return new Promise((done) => {
			const { id, token } = me.chat;
			const own = (ws = new WebSocket(new URL(`${base}/${id}/ws`, location).href.replace('http', 'ws')));
			sockets++;
			own.onopen = () => own.send(JSON.stringify({ token, after: me.seq }));
			own.onclose = hangUp = ({ code } = {}) => {
				if (code > 4400) refused({ status: 410 });
				own.onclose = own.onmessage = null;
				own.close();
				done();
			};
			own.onmessage = ({ data }) => {
				const { messages, ...more } = JSON.parse(data);
				sockets = 0;
				if (messages) apply(messages);
				frame(more);
			};
		});
	}
	function queue(text, payload) {
		const client_id = [Date.now(), count++, Math.random().toString(36).slice(2)].join('-'); // sorts by time of writing, in all tabs
		store.set('o:' + client_id, { client_id, text, payload, from, blocks: [{ type: 'text', text }] });
		start();
		flush();
	}
	async function flush() {
		clearTimeout(later);
		if (!me.chat || me.gone || me.limited()) return;
		await one(async () => {
			for (let item; me.chat && (item = me.outbox().find((i) => !i.state)); view.draw()) {
				const { client_id, text, payload } = item;
				const key = 'o:' + client_id;
				let state = 'sent';
				try {
					await me.post('messages', payload ? { client_id, payload } : { client_id, text });
					tries = 0;
					if (store.get(key)) view.asked();
				} catch (error) {
					if (refused(error) || !(error.status < 500)) {
						later = setTimeout(flush, me.limited() * 1e3 || backoff(++tries));
						if (!error.status) hangUp?.();
						return view.draw();
					}
					state = 'failed';
					view.failed(text, error);
				}
				if (store.get(key)) store.set(key, { ...item, state });
			}
			// The stream brings back what was sent; if it does not, ask.
			setTimeout(() => me.outbox().some((i) => i.state === 'sent') && revive(), 2e3);
		});
	}
	function revive() {
		wake?.();
		if (!alive || !me.chat) return;
		flush();
		sync().catch((error) => refused(error) || hangUp?.());
	}
	function leave() {
		alive = null;
		hangUp?.();
	}
	function adopt() {
		leave();
		load();
		if (me.chat) start();
	}
	function forget(all) {
		if (all && me.chat) store.set('d:' + me.chat.id, me.chat.token);
		for (const key of ['chat', 'log', 'read', 'state', ...(all ? store.all('o:') : [])]) store.set(key);
		adopt();
		return sweep();
	}
	async function sweep() {
		for (const key of store.all('d:')) {
			const { status } = await api('DELETE', '/' + key.slice(2), store.get(key)).catch((error) => error);
			if (status < 500) store.set(key);
		}
	}
	return me;
}


function link({ t, server }, label, address) {
	let url;
	try {
		url = new URL(address);
	} catch {
		return label;
	}
	const away = url.host && url.host !== location.host;
	if (!/^(https|mailto|tel):/.test(url) && !(/^http:/.test(url) && (!away || url.origin === server))) return label;
	return h('a', { href: url.href, target: away && '_blank', rel: away && 'noopener' }, label, away && h('span.vh', {}, ' ' + t('tab')));
}
const MARK = /\*\*(.+?)\*\*|\[([^\]]+)\]\(([^()\s]+)\)|(?:https?:\/\/|mailto:|tel:)[^\s<>"]*[^\s<>".,;:!?)\]]/g;
function inline(chat, text) {
	const out = [];
	let from = 0;
	for (const m of text.matchAll(MARK)) {
		out.push(text.slice(from, m.index), m[1] ? h('strong', {}, inline(chat, m[1])) : link(chat, m[2] ?? m[0].replace(/^(mailto|tel):/, ''), m[3] ?? m[0]));
		from = m.index + m[0].length;
	}
	return [...out, text.slice(from)];
}
export function prose(chat, text) {
	return text.split(/\n\s*\n/).map((para) => {
		const out = [];
		let last;
		for (const line of para.split('\n')) {
			const [, mark, item] = line.match(/^\s*(-|\d+\.) (.*)/) ?? [];
			const tag = !mark ? 'p' : mark === '-' ? 'ul.p' : 'ol.p';
			if (tag !== last) out.push(h(tag, { start: parseInt(mark) || null }));
			else if (!mark) out.at(-1).append(h('br'));
			out.at(-1).append(...(mark ? [h('li', {}, inline(chat, item))] : inline(chat, line)));
			last = tag;
		}
		return out;
	});
}

export const BLOCKS = {
	__proto__: null,
	text: (chat, { text }) => prose(chat, text),
	choices: (chat, { prompt, choices }, reply) => [
		prompt && h('p', {}, prompt),
		choices.some((c) => c.label === reply) ? h('p.sm', {}, chat.t('chose', { x: reply }))
			: reply == null ? list('.ch', choices.map((c) => button(c.label, () => chat.ask(c.label, c.payload))))
				: list('.sm.cl', choices.map((c) => c.label)),
	],
	cards(chat, { cards, more_label }) {
		const all = cards.map(({ title, lines, badge, badge_kind, links }) => [
			h('p.ct', {}, badge && h(badge_kind === 'warn' ? 'span.tag.bad' : 'span.tag', {}, badge), title),
			lines?.map((line) => h('p.sm', {}, inline(chat, line))),
			links?.[0] && list('.ch', links.map((l) => link(chat, l.label, l.url)))]);
		const rest = all.splice(5);
		return [list('.cards', all), rest[0] && h('details', {}, h('summary', {}, more_label ?? chat.t('more', { n: rest.length })), list('.cards', rest))];
	},
	table(chat, { caption, head, rows }) {
		const row = (cells, scope) => h('tr', {}, cells.map((cell, i) => (i && scope === 'row' ? h('td', {}, cell) : h('th', { scope }, cell))));
		return h('table', {}, h('caption', {}, caption), h('thead', {}, row(head, 'col')), h('tbody', {}, rows.map((cells) => row(cells, 'row'))));
	},
	notice(chat, { kind, text, lang }) {
		const warn = kind === 'warn';
		return h(warn ? 'div.nt.warn' : 'div.nt', { lang, dir: lang && dir(lang) }, warn && h('span.vh', {}, chat.t(kind)), prose(chat, text));
	},
	divider: (chat, { text }) => h('p.sm', {}, text),
};
export function words(value) {
	if (typeof value === 'string') return value.replace(/\]\([^)]*\)|\*\*|\[|^- /gm, '');
	return Object.entries(value ?? {}).filter(([key]) => !/type|payload|url|kind|lang/.test(key)).map(([, part]) => words(part)).filter(Boolean).join(', ');
}


function mount(host) {
	const attr = (name) => host.getAttribute(name);
	const server = attr('server') ? new URL(attr('server'), location.href).origin : HOME.origin;
	const store = keep(attr('storage'), server);
	const floating = !/inline|full/.test(attr('position'));
	const small = matchMedia('(max-width:30em),(max-height:30em)');
	const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
	root.adoptedStyleSheets = [sheet];
	const $ = (id) => root.getElementById(id);
	const focus = (id) => ($(id).disabled ? $('log') : $(id)).focus();
	const off = new AbortController();
	const rows = new Map();
	let strings = EN;
	let code = 'en';
	let phase = 0; // of the answer that is awaited: 1 typing, 2 slow, 3 failed
	let told = 0;
	let said = [];
	let timers = [];
	let inert = [];
	let tries = 0;
	let open, shut, extra, loading, wiped, barred, bell, tick, hush;

	const t = (key, facts) => fill(strings[key] ?? EN[key], facts);
	const emit = (type, detail) => host.dispatchEvent(new CustomEvent('lc-' + type, { bubbles: true, composed: true, detail }));
	const line = talk({
		base: server + '/api/v1/chats', credentials: 'omit', auth: (token) => ({ Authorization: 'Bearer ' + token }),
		begin: () => ({ lang: wished(), branch: attr('branch'), context: attr('context') }),
	}, store, {
		draw,
		heard,
		asked: () => expect(true),
		failed: (text) => say(t('failed') + ' ' + text),
		frame({ state, ...more }, was) {
			if (state && was && was !== state.mode) emit('handoff', { mode: state.mode });
			extra?.frame(more);
			awaits() ? draw() : expect();
		},
	});
	const chat = { $, EN, LANGS, ask, button, draw, focus, h, keep, line, put, root, say, server, speak, store, t, tell, then };
	const awaits = () => !line.state.paused && !/waiting|staff|ended/.test(line.state.mode);
	const named = ({ from, name }) => (from === 'staff' && name ? t('named', { name }) : name || t(from));
	const policy = () => line.chat?.policy ?? {};

	const wished = () => [store.get('lang'), attr('lang'), document.documentElement.lang, ...navigator.languages].map((l) => l?.slice(0, 2)).find((l) => LANGS[l]) ?? 'en';
	async function speak() {
		const wish = wished();
		if (wish === code) return;
		try {
			strings = wish === 'en' ? EN : await (await fetch(new URL(`lang/${wish}.json`, HOME))).json();
			code = wish;
			const back = root.activeElement?.id;
			build();
			if (back) focus(back);
		} catch {}
	}
	async function need() {
		if (extra || loading) return;
		$('list').hidden = loading = true;
		setTimeout(() => ($('list').hidden = false), 500);
		const people = await import(new URL('people.js?' + tries++, HOME)).catch(() => 0);
		const follow = ended();
		$('list').hidden = loading = false;
		if (!people) return;
		Object.assign(EN, people.EN);
		extra = people.default(chat);
		draw();
		if (follow) end();
		if (!$('menu').hidden) more();
	}
	function build() {
		const still = (event) => event.stopPropagation();
		rows.clear();
		barred = null;
		root.replaceChildren(h('section#root', { lang: code, dir: dir(code), 'aria-label': t('region') },
			button([icon('chat'), h('span#label', {}, t('launch')), h('span#badge', { 'aria-hidden': true })], () => host.open(), { id: 'launch', part: 'launcher', 'aria-controls': 'panel' }),
			h('div#panel', { role: 'group', 'aria-labelledby': 'title' }, h('div.vh#voice', { role: 'log', 'aria-live': 'polite' }), h('div.vh#status', { role: 'status' }),
				h('div#win', { part: 'panel', keydown: key, keyup: still, keypress: still },
					h('header', { part: 'header' }, h('div', {}, h('h2#title'), h('p#sub')),
						button(icon('menu'), () => menu($('menu').hidden) || step(1), { id: 'more', 'aria-label': t('menu'), 'aria-controls': 'menu' }),
						floating && button(icon('close'), () => host.close(), { 'aria-label': t('close') })),
					h('div#menu', { keydown: ({ key }) => /^Arrow/.test(key) && step(/Down|Right/.test(key) ? 1 : -1) }),
					h('div#log', { role: 'region', 'aria-label': t('talk'), tabindex: 0, click: () => menu(), scroll: () => ended() && write('newer') },
						h('p.sm#about'), h('ol#list', { role: 'list' }), h('p.sm.late#tail')),
					button('', () => (end(), focus('log')), { id: 'newer' }),
					h('div#bar'),
					h('form#form', { part: 'composer', submit }, h('label.vh', { for: 'box' }, t('label')),
						h('textarea#box', { rows: 1, 'aria-describedby': 'hint', enterkeyhint: 'send', input: () => (typed(), extra?.typed()) }),
						h('button#send', { part: 'send', 'aria-label': t('send') }, icon('send'))),
					h('p#hint')))));
		$('box').value = store.get('draft') ?? '';
		menu();
		draw();
		typed();
		end();
	}
	function write(id, text) {
		$(id).textContent = text;
		$(id).hidden = !text;
	}
	const ended = () => $('log').scrollHeight - $('log').scrollTop - $('log').clientHeight < 80;
	function end() {
		$('log').scrollTop = 1e9;
		write('newer');
	}

	function draw() {
		const follow = ended();
		const { mode, staff, paused } = line.state;
		shut = line.gone || paused || mode === 'ended';
		if (open) need();
		if (open && !document.hidden) store.set('read', line.seq);
		const n = open ? 0 : line.log.filter((m) => m.from !== 'patron' && m.seq > store.get('read')).length;
		$('root').className = [floating && 'float', attr('position'), store.get('wide') && 'wide'].filter(Boolean).join(' ');
		$('launch').hidden = open || !floating;
		put($('launch'), { 'aria-expanded': !!open, 'aria-label': t('launch') + (n ? ', ' + t(n > 1 ? 'many' : 'one', { n }) : '') });
		write('badge', n || '');
		$('win').hidden = !open;
		write('title', policy().library ?? t('region'));
		write('sub', mode === 'staff' ? named({ from: mode, name: staff }) : t('sub'));
		write('about', wiped ? t('cleared') : t('privacy') + (line.chat ? ' ' + t('days', policy()) : ''));
		const fresh = messages();
		const waits = line.gone ? '' : line.chat ? ['', 'typing', 'slow', ''][phase] : wiped ? '' : 'opening';
		write('tail', extra?.typing() || (waits && t(waits)));
		bar();
		if (shut && $('form').contains(root.activeElement)) focus('log');
		for (const el of $('form').elements) el.disabled = shut;
		put($('box'), { placeholder: !shut && t('hint') });
		if (fresh.some((li) => li.matches('.patron')) || (follow && !fresh[0])) end();
		else if (follow) $('log').scrollTop = fresh[0].offsetTop - 12; // a long answer is read from its beginning
		else if (fresh[0]) write('newer', t('newer') + ' ↓');
	}
	function messages() {
		const back = line.log.map((m) => m.client_id);
		const all = [...line.log, ...line.outbox().filter((o) => !back.includes(o.client_id))];
		const fresh = [];
		const shown = all.map((m, i) => {
			const id = m.client_id ?? m.seq;
			const first = all[i - 1]?.from !== m.from;
			const reply = all.slice(i + 1).find((next) => next.from === 'patron');
			const answer = m.from === 'patron' ? '' : reply ? words(reply.blocks) : shut ? '' : null;
			const state = m.seq ? '' : line.gone ? 'failed' : m.state ?? 'sending';
			const sign = [state, first, line.gone, answer ?? 0, extra?.sign(m)].join();
			if (!rows.has(id)) fresh.push(rows.set(id, h('li', { part: 'message' })).get(id));
			const li = rows.get(id);
			if (li.sign !== sign) message(li, m, first, answer, state);
			li.sign = sign;
			return li;
		});
		for (const li of [...$('list').children]) if (!shown.includes(li)) li.remove();
		shown.forEach((li, i) => $('list').children[i] === li || $('list').insertBefore(li, $('list').children[i]));
		extra?.drawn(all, rows);
		return fresh;
	}
	function message(li, m, first, answer, state) {
		const patron = m.from === 'patron';
		const { lang = code } = m;
		const key = 'o:' + m.client_id;
		const body = m.blocks.map((b) => {
			try {
				return patron && b.type === 'text' ? b.text : (BLOCKS[b.type] ?? extra.BLOCKS[b.type])(chat, b, answer, m);
			} catch {}
		});
		const when = new Date(m.at ?? Date.now()).toLocaleString(code, { weekday: 'short', hour: 'numeric', minute: 'numeric' });
		const act = (name, run) => button(t(name), () => (run(), draw(), focus('box')));
		put(li, { class: `m ${m.from} ${first ? 'first' : ''}`, lang, dir: patron ? 'auto' : dir(lang) }).replaceChildren(
			h(first ? 'span.sm' : 'span.vh', { lang: code }, named(m), first && ' · ' + when), h('div.b', {}, body));
		if (state === 'sending') li.append(h('p.sm.late', { lang: code }, t('sending')));
		if (state === 'failed') {
			li.append(h('div.ch.sm', { lang: code }, h('span.bad', {}, t('failed')),
				!line.gone && act('retry', () => (store.set(key, { ...m, state: null }), line.flush())), act('remove', () => store.set(key))));
		}
	}
	function contact() {
		const { phone, email } = policy();
		return line.chat ? [h('a', { href: 'tel:' + phone }, t('call', { phone })), h('a', { href: 'mailto:' + email }, t('write', { email }))] : [];
	}
	function then(run, id = 'box') {
		return () => (run(), draw(), focus(id));
	}
	function bar() {
		const s = line.limited();
		const [kind, acts, text = kind && t(kind, { s })] = line.gone ? ['expired', { again: then(() => (line.forget(), line.start())) }]
			: extra?.asks() ?? (!navigator.onLine ? ['offline'] : s ? ['limited'] : line.fails > 1 ? ['reconnect']
				: extra?.bar() ?? (phase > 2 ? ['fail', { retry: then(() => (expect(true), line.revive())) }] : ['']));
		const p = $('bar').firstChild;
		clearTimeout(tick);
		if (s) tick = setTimeout(draw, 1e3);
		if (kind !== barred) {
			if (kind || /off|rec/.test(barred)) tell(text || t('back'));
			barred = kind;
			$('bar').hidden = !kind;
			$('bar').replaceChildren(h('p', {}, text), ...(/fail|rec|pau/.test(kind) ? contact() : []), ...Object.keys(acts ?? {}).map((name) => button(t(name), acts[name])));
		} else if (p.textContent !== text) {
			p.textContent = text;
			if (!s) tell(text);
		}
	}

	function say(text) {
		const p = h('p', {}, text);
		$('voice').append(p);
		setTimeout(() => p.remove(), 1e3);
	}
	function tell(text) {
		clearTimeout(bell);
		bell = setTimeout(() => {
			const now = text.call ? text() : text;
			if (now) told = Date.now(), ($('status').textContent = now);
		}, Math.max(50, told + 1e4 - Date.now()));
	}
	function heard(messages, silent) {
		const others = messages.filter((m) => m.from !== 'patron');
		if (others[0]) extra?.frame({ typing: null });
		expect(!others[0]);
		if (silent) return;
		for (const m of others) emit('message', { seq: m.seq, from: m.from });
		said.push(...others);
		clearTimeout(hush);
		hush = setTimeout(() => {
			if (said[0]) say(said.map((m, i) => (m.from === said[i - 1]?.from ? '' : named(m) + ': ') + words(m.blocks.map((b) => (BLOCKS[b.type] ? b : extra?.said(b))))).join(' '));
			said = [];
		}, 300);
	}
	function expect(on) {
		timers.forEach(clearTimeout);
		phase = 0;
		timers = !on || !awaits() ? [] : [400, 8e3, 2e4].map((ms, i) => setTimeout(() => {
			phase = i + 1;
			if (!i) tell(t('typing'));
			draw();
		}, ms));
		draw();
	}

	function show(user) {
		const now = !floating || attr('open') != null;
		if (now === open) return;
		open = now;
		menu();
		put($('panel'), { role: open && floating ? 'dialog' : 'group' });
		if (open) line.start();
		draw();
		shield();
		typed();
		end();
		if (user) focus(open ? 'box' : 'launch');
		emit(open ? 'open' : 'close');
	}
	/** On small screens the panel is the whole page and follows the keyboard. */
	function shield() {
		const on = open && floating && small.matches && host.isConnected;
		const { scale, height, offsetTop } = visualViewport;
		if (scale === 1) $('win').style.cssText = `--high:${height}px;--top:${offsetTop}px`;
		put($('panel'), { 'aria-modal': on });
		for (const el of inert.splice(0)) el.inert = false;
		for (let el = host; on && el.parentElement; el = el.parentElement) {
			for (const other of el.parentElement.children) if (other !== el && !other.inert) inert.push(other), (other.inert = true);
		}
	}
	function key(event) {
		event.stopPropagation();
		if (event.key === 'Escape') {
			if (!$('menu').hidden) menu(), focus('more');
			else host.close();
		} else if (event.key === 'Enter' && event.target === $('box') && !event.shiftKey && !event.isComposing) submit(event);
	}
	function step(by) {
		const all = [...$('menu').querySelectorAll('a,button')];
		all.at((all.indexOf(root.activeElement) + by) % all.length)?.focus();
	}
	function menu(now) {
		$('menu').hidden = !now;
		put($('more'), { 'aria-expanded': !!now });
		$('menu').replaceChildren();
		if (!now) return;
		add([policy().hours_note, ...contact(), h('a', { href: `${server}/ask?lang=${code}` }, t('ways'))]);
		more();
	}
	const add = (items) => $('menu').append(...items.filter(Boolean).map((item) => (item.localName ? item : h('p.sm', {}, item))));
	const more = () => extra && add(extra.menu((text, run, lang) => button(text, () => (menu(), focus('more'), run()), { lang })));
	function hint(empty) {
		const n = $('box').value.trim().length - (policy().text_max ?? 1e3);
		const bad = n > 0 ? t('toolong', { n }) : empty;
		write('hint', bad || (n < -100 ? '' : t('left', { n: -n })));
		$('hint').className = bad ? 'sm bad' : 'sm';
		return bad;
	}
	function typed() {
		const box = $('box');
		store.set('draft', box.value || null);
		box.style.blockSize = '';
		if (box.scrollHeight > box.clientHeight) box.style.blockSize = box.scrollHeight + 2 + 'px';
		hint();
	}
	function submit(event) {
		event.preventDefault();
		const text = $('box').value.trim();
		const bad = hint(!text && t('empty'));
		focus('box');
		if (bad) return say(bad);
		$('box').value = '';
		typed();
		ask(text);
	}
	function ask(text, payload) {
		if (!text || line.gone) return;
		wiped = false;
		line.queue(text, payload);
		draw();
		if (payload) focus('box');
	}

	const on = (target, type, run) => target.addEventListener(type, run, { signal: off.signal });
	for (const type of ['online', 'offline', 'focus', 'visibilitychange']) on(window, type, () => (draw(), document.hidden || line.revive()));
	on(window, 'storage', ({ key, storageArea }) => {
		if (storageArea !== store.area || !key?.startsWith(store.prefix)) return;
		if (store.get('chat')?.id !== line.chat?.id) line.adopt();
		line.flush();
		draw();
	});
	on(small, 'change', shield);
	on(visualViewport, 'resize', shield);
	on(visualViewport, 'scroll', shield);
	Object.assign(host, {
		open() {
			host.hidden = false;
			put(host, { open: '' });
		},
		close: () => put(host, { open: null }),
		send(text) {
			if (line.gone || line.state.mode === 'ended') line.forget();
			ask(String(text).trim());
		},
		clear() {
			wiped = true;
			keep('session', server).set('me');
			extra?.clear();
			$('box').value = '';
			typed();
			tell(t('cleared'));
			const done = line.forget(true);
			expect();
			return done;
		},
	});
	build();
	speak();
	line.sweep();
	if (line.chat) line.start();
	expect(line.log.at(-1)?.from === 'patron');
	show();
	return {
		open: show,
		lang: speak,
		leave() {
			off.abort();
			line.leave();
			expect();
			shield();
		},
	};
}

if (!customElements.get('library-chat')) {
	customElements.define('library-chat', class extends HTMLElement {
		static observedAttributes = ['open', 'lang'];
		connectedCallback() {
			if (this.lang === 'auto') this.removeAttribute('lang');
			this.chat = mount(this);
		}
		disconnectedCallback() {
			this.chat.leave();
		}
		attributeChangedCallback(name) {
			this.chat?.[name](true);
		}
	});
}

// The live desk: one state from the server, four parts that draw it, and what staff do with it.
import { alarm, looking, wake } from './alerts.js';
import { conversation } from './live-chat.js';
import { context } from './live-context.js';
import * as dialogs from './live-dialogs.js';
import { belongTo, follow, unsent } from './live-line.js';
import { link } from './live-link.js';
import { lists, still, tick } from './live-list.js';
import { news } from './live-news.js';
import { put } from './widget.js';

const $ = (id) => document.getElementById(id);
const root = $('desk');
const { csrf, base, library, phone, staff } = root.dataset;
const DEFAULTS = { sound: true, alerts: false, alert_words: false, ctrl_enter: false, single_keys: true };
const ID = /^[\w-]{1,64}$/;
const KINDS = ['waiting', 'offered', 'mine', 'others'];
const LATE = [400, 2500, 6000]; // when a suggestion of the assistant may have come, in ms after a message
const LOST = 'Not connected. New chats will not reach you. Retrying…';

const reads = new Map(); // the newest message that was on screen, by chat
const flushing = new Map();
let C = null; // context of the open chat
let asked = 0;
let later = [];
let connected = 'opening';
let changed = {}; // preferences on their way to the server
let lostAt = 0;
let toasted, prefix;

const desk = {
	S: null, at: Date.now(), chat: null, base, csrf,
	facts: { library, phone, staff },
	ask: (...what) => line.ask(...what),
	prefs: () => ({ ...DEFAULTS, ...desk.S?.me.preferences, ...changed }),
	/** Return a chat of the present state, with the `kind` of list that it is in. */
	find(chat) {
		for (const kind of KINDS) {
			const talk = desk.S[kind].find((one) => one.chat === chat);
			if (talk) return { ...talk, kind };
		}
		return { chat, kind: 'none' };
	},
	allowed(talk) {
		const mine = talk.kind === 'mine';
		return { transfer: mine && !talk.transfer, release: mine, give: mine, end: mine };
	},
	unread: (talk) => talk.last_from === 'patron' && talk.seq > (reads.get(talk.chat) ?? 0),
	read(seq) {
		if (!desk.chat || !looking() || seq <= (reads.get(desk.chat) ?? 0)) return;
		reads.set(desk.chat, seq);
		draw();
	},
	words: (seq) => middle.said(seq),
	seq: () => middle.newest()?.seq,
	say(text) {
		const p = document.createElement('p');
		p.textContent = text;
		$('announcer').append(p);
		setTimeout(() => p.remove(), 2e3);
	},
	problem(text) {
		clearTimeout(toasted);
		$('toast').firstElementChild.textContent = text;
		$('toast').hidden = false;
		toasted = setTimeout(() => ($('toast').hidden = true), 12e3);
		desk.say(text);
	},
	act: (action, body = {}, chat = desk.chat) => desk.ask('POST', `/chats/${encodeURIComponent(chat)}/${action}`, body),
	tick: () => tick(root),
	redraw: () => draw(),

	open(chat) {
		if (!ID.test(chat)) return desk.close();
		const talk = desk.find(chat);
		root.dataset.open = chat;
		desk.details(false);
		if (desk.chat !== chat) {
			desk.chat = chat;
			C = null;
			history.replaceState(null, '', `#${chat}`);
			middle.open(chat);
			learn();
		}
		draw();
		if (talk.kind === 'mine') middle.focus('reply');
		else $('talk-title').focus();
	},
	close() {
		const was = desk.chat;
		desk.chat = C = null;
		delete root.dataset.open;
		desk.details(false);
		history.replaceState(null, '', location.pathname);
		middle.open(null);
		draw();
		left.focus(was);
	},
	details(on = !root.hasAttribute('data-details')) {
		const had = $('about').contains(document.activeElement);
		root.toggleAttribute('data-details', on);
		const toggle = document.querySelector('.talk-head .details');
		if (toggle) put(toggle, { 'aria-expanded': on });
		if (on) $('about').querySelector('button.details')?.focus();
		else if (had) toggle?.focus();
	},
	write(kind) {
		desk.details(false);
		middle.focus(kind);
	},
	leaveComposer: () => middle.region(),

	/** Claim a chat: the named one, else the open one, the row with the focus, or who has waited longest. */
	async claim(chat, over = false) {
		if (!chat) {
			const wanted = [left.focused(), desk.chat].find((one) => one && desk.find(one).kind === 'waiting');
			chat = wanted ?? document.querySelector('#waiting .item:not(.gone)')?.dataset.chat;
		}
		if (!chat) return desk.say('No one is waiting.');
		try {
			await desk.act('claim', over ? { over } : {}, chat);
		} catch (error) {
			const { mine, me } = desk.S;
			if (error.code === 'over_limit') {
				const yes = await dialogs.confirm(`You have ${mine.length} ${mine.length === 1 ? 'chat' : 'chats'}, your limit is ${me.seats}. Take this one anyway?`, '', 'Take it');
				return yes && desk.claim(chat, true);
			}
			if (error.status === 409) left.lost(chat, error.message);
			desk.problem(error.message);
			return refresh();
		}
		await refresh();
		desk.open(chat);
		learn();
	},
	accept: (chat = desk.chat) => change('transfer-accept', {}, chat, (ok) => ok && desk.open(chat)),
	decline: (chat = desk.chat) => change('transfer-decline', {}, chat, () => chat === desk.chat && desk.close()),
	recall: () => change('transfer-cancel', {}, desk.chat, () => middle.region()),
	async transfer() {
		const chat = desk.chat;
		const choice = await dialogs.transfer(desk.S.people, desk.S.me);
		if (choice) await change('transfer', choice, chat);
	},
	async release() {
		const chat = desk.chat;
		if (await dialogs.confirm('Release this chat?', 'It goes back to the front of the queue, and the patron is told.', 'Release')) await done('release', {}, chat, 'The chat is back in the queue.');
	},
	async give() {
		const chat = desk.chat;
		if (await dialogs.confirm('Give this chat back to the assistant?', 'The patron is told that the assistant answers again.', 'Give back')) await done('give-back', {}, chat, 'The assistant has the chat.');
	},
	async end(outcome) {
		const chat = desk.chat;
		const choice = await dialogs.end(C?.tags ?? [], typeof outcome === 'string' ? outcome : undefined);
		if (choice) await done('end', choice, chat, 'The chat has ended.');
	},
	async note(text) {
		try {
			await desk.act('note', { text });
		} catch (error) {
			desk.problem(error.message);
			return false;
		}
		await learn();
		return true;
	},
	learn() {
		later.forEach(clearTimeout);
		const chat = desk.chat;
		later = LATE.map((ms) => setTimeout(() => {
			const newest = middle.newest();
			if (desk.chat === chat && (ms === LATE[0] || (newest?.from === 'patron' && C?.suggestion?.seq !== newest.seq))) learn();
		}, ms));
	},
};

const middle = conversation(desk);
const left = lists(desk);
const right = context(desk);
const alerts = alarm((chat) => desk.open(chat));
const announce = news(desk);
const line = link(base, csrf, { state: heard, link: linked });

const refresh = () => line.refresh().catch((error) => desk.problem(error.message));
async function change(action, body, chat, then = () => {}) {
	try {
		await desk.act(action, body, chat);
	} catch (error) {
		desk.problem(error.message);
		await refresh();
		return then(false);
	}
	await refresh();
	then(true);
	if (desk.chat) learn();
}
const done = (action, body, chat, text) => change(action, body, chat, (ok) => {
	if (!ok) return;
	if (desk.chat === chat) desk.close();
	desk.problem(text);
});

/** Ask for the context of the open chat; an answer that comes too late is dropped. */
async function learn() {
	const [chat, mine] = [desk.chat, ++asked];
	if (!chat) return;
	try {
		const now = await desk.ask('GET', `/chats/${encodeURIComponent(chat)}`);
		if (mine !== asked || desk.chat !== chat) return;
		C = now;
		middle.told(C);
		right.draw(C);
	} catch (error) {
		if ([404, 410].includes(error.status) && desk.chat === chat) {
			desk.close();
			desk.problem('This chat is no longer there.');
		}
	}
}

function heard(S) {
	S.others = S.others.filter((talk) => !S.offered.some((offer) => offer.chat === talk.chat));
	const before = desk.S && desk.chat && still(desk.find(desk.chat));
	const first = !desk.S;
	if (first) belongTo(S.me.id);
	announce(desk.S, S);
	desk.S = S;
	desk.at = Date.now();
	if (connected !== 'on') resume();
	draw();
	call();
	if (first && location.hash.length > 1) desk.open(location.hash.slice(1));
	else if (before && before !== still(desk.find(desk.chat))) learn();
}
const call = () => alerts.check(desk.S, (Date.now() - desk.at) / 1e3, desk.prefs(), desk.S.mine.filter(desk.unread).length);
/** Everything that was missed is fetched before "Connected" is shown. */
async function resume() {
	if (connected === 'syncing') return;
	const back = lostAt > 0;
	connected = 'syncing';
	if (back) middle.revive();
	for (const { chat } of desk.S.mine) {
		if (chat === desk.chat || !unsent(chat)) continue;
		const rest = flushing.get(chat) ?? follow(chat, base, csrf, { draw() {}, heard() {}, frame() {}, asked() {}, failed() {} });
		flushing.set(chat, rest);
		rest.flush();
	}
	await Promise.all([desk.chat && learn(), back && desk.chat && middle.caught()]);
	if (connected !== 'syncing') return;
	connected = 'on';
	lostAt = 0;
	if (back) desk.say('Connected again.');
	status();
}
function linked(now) {
	if (now === 'off' && !lostAt) lostAt = Date.now();
	const was = connected;
	connected = now;
	if (was === 'on' && now !== 'on') setTimeout(status, 1100);
	status();
}
function status() {
	const out = connected === 'out';
	const lost = out || (lostAt && connected !== 'on' && Date.now() - lostAt > 1e3);
	const text = out ? 'Signed out' : connected === 'on' ? 'Connected' : connected === 'syncing' && !lostAt ? 'Connected' : lost ? 'Not connected' : 'Connecting…';
	if ($('link-text').textContent !== text) {
		$('link-text').textContent = text;
		$('link').firstElementChild.className = `dot ${text === 'Connected' ? 'ok' : lost ? 'danger' : 'off'}`;
	}
	const bar = $('lost');
	if (bar.hidden !== !lost || bar.dataset.kind !== connected) {
		const news = bar.hidden === !!lost || (bar.dataset.kind === 'out') !== out;
		bar.hidden = !lost;
		bar.dataset.kind = connected;
		if (lost && news) {
			bar.replaceChildren(out ? 'You are signed out. ' : LOST);
			if (out) bar.append(Object.assign(document.createElement('a'), { href: '/desk/sign-in?next=/desk', textContent: 'Sign in' }));
			desk.say(bar.textContent);
		}
	}
}

function label() {
	const text = alerts.blocked() ? 'Sound is blocked' : desk.prefs().sound ? 'Alerts on' : 'Alerts muted';
	if ($('alerts-button').textContent !== text) $('alerts-button').textContent = text;
}
function draw() {
	const { S } = desk;
	if (!S) return;
	for (const el of $('own').querySelectorAll('button')) put(el, { 'aria-pressed': el.dataset.status === S.me.status });
	root.dataset.status = S.me.status;
	const drawn = document.querySelector('.paused'); // by the server, when the page was made
	if (drawn) drawn.hidden = !S.paused;
	$('stopped').hidden = !S.paused || !!drawn;
	const shut = document.querySelector('.shut');
	if (shut) shut.hidden = !S.closing;
	$('shut').hidden = !S.closing || !!shut;
	$('shut').textContent = S.closing ? `${S.closing} Patrons are told.` : '';
	const inbox = document.querySelector('nav a[href="/desk/inbox"] .count');
	if (inbox) inbox.hidden = !S.inbox;
	if (inbox && inbox.firstChild.data !== String(S.inbox)) inbox.firstChild.data = S.inbox;
	label();
	left.draw();
	middle.draw();
	right.draw(C);
	tick(root);
	status();
}
async function setStatus(now) {
	const { me } = desk.S;
	if (now === me.status) return;
	if (now !== 'available' && me.status === 'available' && me.alone) {
		const yes = await dialogs.confirm(now === 'away' ? 'You are the last person on the desk. Go away anyway?' : 'You are the last person who is available. Be busy anyway?',
			'Patrons will be told that no librarian is free.', now === 'away' ? 'Go away' : 'Be busy');
		if (!yes) return;
	}
	try {
		await desk.ask('POST', '/status', { status: now });
	} catch (error) {
		desk.problem(error.message);
	}
	await refresh();
	desk.say(`You are ${desk.S.me.status}.`);
}
async function prefer(next) {
	Object.assign(changed, next);
	draw();
	try {
		await desk.ask('POST', '/preferences', next);
	} catch (error) {
		desk.problem(error.message);
	}
}
function mute() {
	const sound = !desk.prefs().sound;
	prefer({ sound });
	desk.problem(sound ? 'Sound is on.' : 'Sound is off.');
}

const ifAllowed = (what, run) => desk.chat && desk.allowed(desk.find(desk.chat))[what] && run();
const KEYS = {
	'?': () => dialogs.keys(),
	j: () => left.step(1), k: () => left.step(-1), o: () => desk.open(left.focused() ?? desk.chat),
	c: () => desk.claim(), r: () => desk.chat && middle.focus('reply'), n: () => desk.chat && desk.write('note'),
	t: () => ifAllowed('transfer', desk.transfer), u: () => ifAllowed('release', desk.release), b: () => ifAllowed('give', desk.give), e: () => ifAllowed('end', desk.end),
	i: () => desk.chat && middle.use(), d: () => desk.chat && desk.details(), m: mute,
	a: () => setStatus(desk.S.me.status === 'available' ? 'away' : 'available'),
	'/': () => desk.chat && desk.find(desk.chat).kind === 'mine' && middle.slash(),
};
document.addEventListener('keydown', (event) => {
	wake();
	const { key, target } = event;
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]')) return;
	if (key === 'Escape') return void (root.hasAttribute('data-details') ? desk.details(false) : desk.chat && target === document.querySelector('.log') && left.focus(desk.chat));
	if (!desk.S || !desk.prefs().single_keys || target.closest('input,textarea,select,[contenteditable]')) return;
	const led = prefix;
	clearTimeout(prefix);
	prefix = null;
	if (led) return dialogs.PLACES[key]?.()?.click();
	if (key === 'g') return void (prefix = setTimeout(() => (prefix = null), 1500));
	if (!KEYS[key]) return;
	event.preventDefault();
	KEYS[key]();
});
document.addEventListener('pointerdown', wake);
$('own').addEventListener('click', ({ target }) => desk.S && target.dataset.status && setStatus(target.dataset.status));
$('alerts-button').addEventListener('click', () => dialogs.alerts(desk.prefs(), prefer));
$('help-button').addEventListener('click', () => dialogs.keys());
$('toast').lastElementChild.addEventListener('click', () => ($('toast').hidden = true));
for (const type of ['focus', 'visibilitychange']) window.addEventListener(type, () => desk.chat && desk.read(desk.seq() ?? 0));
window.addEventListener('hashchange', () => {
	const chat = location.hash.slice(1);
	if (desk.S && chat && chat !== desk.chat) desk.open(chat);
});
window.addEventListener('pagehide', () => middle.keep());
setInterval(() => {
	tick(root);
	middle.tick();
	left.tick();
	if (!desk.S) return;
	call();
	label();
	if (connected !== 'on') status();
}, 500);

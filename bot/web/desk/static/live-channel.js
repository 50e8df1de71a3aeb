// A messaging channel while staff write: how long the text gets as messages, and until when anything is delivered.
import { h, put } from './widget.js';

const { forms, texts } = JSON.parse(document.getElementById('desk').dataset.channels); // bot/web/desk/reach.py
const SINGLE = new Set(texts.single);
const DOUBLE = new Set(texts.double);
const SOON = 3600e3; // before the end of the time in which we may write, staff are warned
const PAUSES = [/\n\s*\n/g, /\n/g, /(?<=[.!?…])\s+/g, /\s+/g]; // as in bot/channels/splitting.py, which cuts what is sent
const LEAST = 0.5;

const number = (n) => n.toLocaleString('en');
const plural = (n, word) => `${number(n)} ${word}${n === 1 ? '' : 's'}`;
const clock = (at) => new Date(at).toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' });

function cutAt(text, head) {
	for (const pause of PAUSES) {
		const ends = [...text.slice(0, head + 1).matchAll(pause)].map(({ index }) => index).filter((at) => at > 0 && at <= head);
		if (ends.length && ends.at(-1) >= (pause === PAUSES.at(-1) ? 0 : head * LEAST)) return ends.at(-1);
	}
	return head;
}
/** Return a text as the messages of at most `most` UTF-16 units in which it is sent. */
function split(text, most) {
	const parts = [];
	let rest = text.trim();
	while (rest.length > most) {
		const head = /[\ud800-\udbff]/.test(rest[most - 1]) ? most - 1 : most;
		const at = cutAt(rest, head);
		parts.push(rest.slice(0, at).trimEnd());
		rest = rest.slice(at).trimStart();
	}
	return rest ? [...parts, rest] : parts;
}
const strangers = (text) => [...new Set(text)].filter((sign) => !SINGLE.has(sign) && !DOUBLE.has(sign));
/** Return how many text messages a text takes, as bot/conversations/sms.py counts them. */
function textMessages(text) {
	const wide = strangers(text).length > 0;
	const [one, each] = [texts.one[+wide], texts.each[+wide]];
	const sizes = [...text].map((sign) => (wide ? sign.length : 1 + DOUBLE.has(sign)));
	if (sizes.reduce((sum, size) => sum + size, 0) <= one) return text ? 1 : 0;
	let [messages, room] = [1, each];
	for (const size of sizes) {
		if (size > room) [messages, room] = [messages + 1, each];
		room -= size;
	}
	return messages;
}

/** Return what is sent when staff write `text` under `name`: its characters, the messages, and what makes them shorter. */
export function measure(channel, text, name) {
	const { most, texts: texting } = forms[channel];
	const whole = `${name}: ${text.trim()}`;
	const sent = texting ? [...whole].map((sign) => texts.plainer[sign] ?? sign).join('') : whole;
	const parts = split(sent, most);
	const strange = texting ? strangers(sent) : [];
	const characters = texting ? [...sent].length : sent.length;
	return { characters, strange, most, texting, changed: sent !== whole, messages: texting ? parts.reduce((sum, part) => sum + textMessages(part), 0) : parts.length };
}

/** The lines beneath the text box of a chat on a messaging channel; both are empty for the website. */
export function channelLines(desk) {
	const count = h('p.tally', { id: 'composer-count' });
	const notice = h('p.reach', { hidden: '' });
	const element = h('div.channel', { hidden: '' }, notice, count);
	let of, told, said, until;

	function write(el, text) {
		if (el.textContent !== text) el.textContent = text;
		el.hidden = !text;
	}
	/** Say how far there still is to write, or why nothing arrives. */
	function window_() {
		if (!of?.reach) return write(notice, '');
		const { problem, over, name, hours } = of.reach;
		const left = until - Date.now();
		const wrong = problem || (until && left <= 0 ? over : '');
		const soon = !wrong && until && left < SOON;
		put(notice, { class: `reach ${wrong ? 'bad' : soon ? 'soon' : 'soft'}` });
		const text = wrong || (until ? `${soon ? `Only ${plural(Math.max(1, Math.ceil(left / 6e4)), 'minute')} left: you` : 'You'} may write until ${clock(until)}, ${hours} hours after the patron’s last message (${name}).` : '');
		write(notice, text);
		const state = `${of.chat} ${wrong ? wrong : soon ? 'soon' : ''}`;
		if (told !== state) {
			told = state;
			if (wrong || soon) desk.say(text);
		}
	}
	return {
		element,
		count(text, writing) {
			if (!of?.patron.messaging) return;
			element.hidden = !writing;
			const name = desk.S.me.shown_as;
			const { characters, strange, most, texting, changed, messages } = measure(of.patron.channel, text, name);
			const front = `“${name}: ” is put in front`;
			if (!text.trim()) {
				said = 0;
				return write(count, `${of.patron.channel_name}. ${front}.`);
			}
			const size = texting ? `${plural(characters, 'character')}, ${plural(messages, 'text message')}`
				: `${number(characters)} of ${plural(most, 'character')}${messages > 1 ? `: sent as ${plural(messages, 'message')}` : ''}`;
			const shorter = strange.length ? ` “${strange[0]}” makes messages shorter: ${texts.one[1]} characters each.` : '';
			write(count, `${size}. ${front}${changed ? '; curly quotes and long dashes are sent as plain signs' : ''}.${shorter}`);
			if (said !== messages && (said || messages > 1)) desk.say(plural(messages, texting ? 'text message' : 'message') + '.' + shorter);
			said = messages;
		},
		/** Take what is known of the open chat; null while nothing is. */
		know(context) {
			if (of?.chat !== context?.chat) said = 0;
			of = context;
			const left = of?.reach?.left;
			until = left == null ? null : Date.now() + 1e3 * left;
			element.hidden = !of?.patron.messaging;
			window_();
		},
		tick: window_,
	};
}

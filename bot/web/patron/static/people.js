// What an open <library-chat> needs beyond talking: hand-off, forms, ratings, menu, printing. See docs/widget.md.
export const EN = {
	person: 'Talk to a person', waiting: 'Waiting for a librarian.', next: 'You are next.', number: 'You are number {n}.',
	assistant: 'Back to the assistant', message: 'Leave a message', types: '{name} is typing…', end: 'End chat',
	ending: 'End this chat? You can print or save it first.', stay: 'Keep chatting', ended: 'The chat has ended.',
	print: 'Print or save', wipe: 'Clear from this device', need: 'Please fill in: {x}.', pick: 'Choose an answer first.',
	unsent: 'Not sent. What you typed is still here; please try again.', useful: 'Was this answer helpful?', up: 'Helpful',
	down: 'Not helpful', change: 'Change', clear: 'Clear this chat from this device',
	sure: 'Clear this chat? It cannot be brought back.',
	sureleft: 'Clear this chat? It cannot be brought back, and the message that you left for us is withdrawn with it.', yes: 'Clear', no: 'Keep', hide: 'Hide this button on this page',
	wider: 'Make wider', narrower: 'Make narrower', memory: 'This chat will be forgotten when you leave this page.',
	phone: 'Continue on my phone', code: 'I have a code',
};

const CSS = `
.wide #win{inline-size:min(32em,100vw - 2em)}
#menu{position:absolute;inset-inline:0;z-index:1;max-block-size:calc(100% - 8em);background:var(--lc-bg);box-shadow:0 .6em 1em #0003}
#menu>*{display:block;inline-size:100%;padding:.6em 0;text-align:start}
::placeholder{color:inherit}
:disabled{opacity:.5}
.ch li{margin:0!important}
:hover:is(button,a){text-decoration:underline!important}
[dir=rtl] #send{transform:scaleX(-1)}
.p{padding-inline-start:1.3em;list-style:disc}
ol.p{list-style:decimal}
:is(.bot,.staff) .b a{color:var(--lc-accent)}
.cl li{display:inline}
.cl li+li::before{content:' · '}
.cards>li,.nt{padding:.6em 1em;border:1px solid var(--lc-line);border-radius:.6em;background:var(--lc-bg)}
.tag{margin-inline-end:.5em;padding:0 .5em;border:1px solid;border-radius:1em;font-size:.875em}
.nt{border-inline-start:4px solid var(--lc-accent)}
.warn{border-color:var(--lc-danger)}
table{inline-size:100%;border-collapse:collapse}
caption,thead,.ct,label{font-weight:600;text-align:start}
th,td{text-align:start;padding:.3em .5em .3em 0;border-block-start:1px solid var(--lc-line);font-weight:inherit}
.staff .b{border-color:var(--lc-accent);background:var(--lc-bg)}
.system{align-items:center;margin-block:1em}
.system>.sm:first-child{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%)}
.system .b{padding:0;border:0;background:0;text-align:center}
.system :is(.nt,.f){text-align:start}
.b:has(.f){inline-size:100%;max-inline-size:26em}
#bar{max-block-size:50%;overflow:auto;gap:.5em .6em}
#bar p{flex:1 0 100%}
#bar a{padding-block:.6em}
#bar button{flex:1 0 auto;min-block-size:3.15em;padding-inline:.6em}
#log .f{display:block;inline-size:24em;max-inline-size:100%;padding:0;border:0}
#log .system .f{padding:.8em 1em;border:1px solid var(--lc-line);border-radius:1.2em;background:var(--lc-bot)}
.f>*+*{margin-block-start:.4em}
.f label{display:block}
.f label~label,.f .go{margin-block-start:.9em}
.f :is(textarea,.in){display:block;inline-size:100%;min-block-size:2.75em;padding:.6em .8em;border:1px solid var(--lc-muted);border-radius:.6em;background:var(--lc-bg);color:inherit;font:inherit;resize:vertical}
.f [aria-invalid=true]{border-color:var(--lc-danger);box-shadow:0 0 0 1px var(--lc-danger)}
#log .f .go{padding-inline:1.4em;border-color:transparent;background:var(--lc-accent);color:var(--lc-on-accent)}
.go[aria-disabled]{opacity:.6}
.f .o{display:inline-flex;align-items:center;gap:.5em;min-block-size:2.75em;margin:0 1.2em 0 0;font-weight:400}
.o input{inline-size:1.25em;block-size:1.25em;margin:0;accent-color:var(--lc-accent)}
.done{display:flex;flex-wrap:wrap;align-items:center;gap:.2em .8em}
.th{display:flex;align-items:center;margin:-.3em 0 -.6em -.7em}
#log .th button,#log .done button{display:flex;align-items:center;min-block-size:3.15em;min-inline-size:3.15em;padding:0 .8em;border-color:transparent;background:0;font-size:.875em;font-weight:400;color:var(--lc-muted)}
#log .th [aria-pressed=true]{font-weight:600;color:var(--lc-accent)}
.th [aria-pressed=true]::before{content:'✓'/'';margin-inline-end:.4em}
#log .done button{text-decoration:underline}
#paper{position:absolute;inline-size:0;block-size:0;border:0;visibility:hidden}
@media (max-height:24em){#bar{max-block-size:34%;padding-block:.3em}}
@media (prefers-reduced-motion:no-preference){.late{animation:late .4s .4s backwards}#tail::before{content:'••• '/'';animation:late .8s infinite alternate}@keyframes late{from{opacity:0}}}
@media print{form,#bar,button{display:none!important}#root,#win,#log{position:static!important;block-size:auto;overflow:visible}}
`;
const PAPER = `
body{font:11pt/1.45 system-ui,sans-serif;color:#000;background:#fff}
h1{font-size:16pt;margin:0}
p,ul,ol{margin:.2em 0}
.talk,ul[role]{list-style:none;padding:0}
.p{padding-inline-start:1.2em}
.m{margin-block:.9em;break-inside:avoid}
.m>span:first-child,.ct,caption,thead{font-weight:600;text-align:start}
.patron .b{white-space:pre-line}
.sm{font-size:9.5pt;color:#333}
.vh,summary,li:empty{display:none}
.cards>li{margin-block:.6em}
table{font:inherit;border-collapse:collapse}
th,td{text-align:start;padding:.1em 1em .1em 0;font-weight:inherit}
a{color:#000}
a[href^=http]::after{content:' (' attr(href) ')'}
`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
const LEAST = 3e3; // milliseconds between two signs that the patron is typing
const MOST = 6e3; // that staff are shown as typing without a further sign

const wasSent = ({ line, sent }, { seq }) => sent.has(seq) || line.log.some((m) => m.blocks[0]?.form === seq);
/** Say in words why a form or a rating was not taken. */
const why = ({ t }, { status, message, after }) => (status === 429 ? t('limited', { s: after ?? 10 }) : (status && message) || t('unsent'));
/** What somebody typed into the form or rating of a message; it outlives every redrawing. */
function draftOf({ drafts }, { seq }) {
	if (!drafts.has(seq)) drafts.set(seq, { values: {}, id: [Date.now(), seq, Math.random().toString(36).slice(2)].join('-') });
	return drafts.get(seq);
}
/** A line for what went wrong, and the way to fill it: marks the fields, and names the line as their description. */
function trouble({ h, put }, id, inputs, hint) {
	const line = h('p.bad.sm#' + id, { hidden: true });
	line.tell = (text) => {
		line.textContent = text;
		line.hidden = !text;
		for (const input of inputs) put(input, { 'aria-invalid': !!text && 'true', 'aria-describedby': [hint, text && id].filter(Boolean).join(' ') || null });
	};
	line.tell('');
	return line;
}

/** Radio buttons under their question: the group, and the buttons. */
function radio({ h }, id, ask, options, now, pick) {
	const all = options.map(({ value }) => h('input', { type: 'radio', name: id, value, change: () => pick(value) }));
	for (const one of all) one.checked = one.value === now;
	return [h('div#' + id, { role: 'radiogroup', 'aria-labelledby': id + '-ask' }, h('p.ct#' + id + '-ask', {}, ask), options.map(({ label }, i) => h('label.o', {}, all[i], label))), all];
}

/** One function per type of block; the others are in widget.js. */
const BLOCKS = {
	form(chat, { title, fields, submit, sent }, reply, m) {
		const { h, line, put, t } = chat;
		if (wasSent(chat, m)) return h('p.sm', {}, `✓ ${title}: ${sent}`);
		if (line.gone) return h('p.sm', {}, title);
		const draft = draftOf(chat, m);
		const known = chat.mine.get('me') ?? {};
		const parts = fields.map(({ name, label, kind, value, required, hint, options }, i) => {
			const id = `f${m.seq}-${i}`;
			if (options) {
				const [group, all] = radio(chat, id, label, options, (draft.values[name] ??= value), (now) => ((draft.values[name] = now), wrong.tell('')));
				const wrong = trouble(chat, id + '-wrong', [put(group, { 'aria-required': 'true' })]);
				return { name, kind, input: all[0], wrong, lacks: () => !draft.values[name] && t('pick'), nodes: [group, wrong] };
			}
			const input = h((kind === 'text' ? 'textarea#' : 'input.in#') + id, {
				rows: kind === 'text' && 3, 'aria-required': !!required && 'true', autocomplete: { contact: 'email', line: 'name' }[kind],
				input: () => (draft.values[name] = input.value),
			});
			input.value = draft.values[name] ??= value || (kind !== 'text' && known[name]) || '';
			const wrong = trouble(chat, id + '-wrong', [input], hint && id + '-hint');
			return { name, kind, input, wrong, lacks: () => required && !input.value.trim() && t('need', { x: label }),
				nodes: [h('label', { for: id }, label), hint && h('p.sm#' + id + '-hint', {}, hint), input, wrong] };
		});
		const all = trouble(chat, `f${m.seq}-wrong`, []);
		const go = h('button.go', {}, submit);
		async function send(event) {
			event.preventDefault();
			if (draft.busy) return;
			for (const part of parts) part.wrong.tell(part.lacks() || '');
			all.tell('');
			const first = parts.find((part) => part.lacks());
			if (first) return first.input.focus();
			put(go, { 'aria-disabled': (draft.busy = true) });
			try {
				await line.post('forms', { client_id: draft.id, seq: m.seq, values: draft.values });
				chat.mine.set('me', Object.assign(known, Object.fromEntries(parts.filter(({ kind }) => /line|contact/.test(kind)).map(({ name, input }) => [name, input.value]))));
				chat.sent.add(m.seq);
				line.revive();
				chat.draw();
				chat.focus('box');
			} catch (error) {
				const part = parts.find(({ name }) => name === error.field);
				const text = why(chat, error);
				(part?.wrong ?? all).tell(text);
				if (part) part.input.focus();
				else chat.say(text);
			}
			put(go, { 'aria-disabled': (draft.busy = false) });
		}
		return h('form.f', { novalidate: '', 'aria-label': title, submit: send }, h('p.ct', {}, title), parts.map(({ nodes }) => nodes), all, go);
	},
	rating(chat, { prompt, options, comment, submit, thanks }, reply, m) {
		const { button, draw, h, line, put, root, t } = chat;
		const draft = draftOf(chat, m);
		const id = 'r' + m.seq;
		const given = line.rated[0];
		if (given && !draft.open) {
			const { label } = options.find(({ value }) => value === given) ?? {};
			const reopen = () => ((draft.open = true), draw(), (root.querySelector(`#${id} :checked`) ?? root.getElementById(id)).focus());
			return h('div.done', {}, h('p#' + id, { tabindex: -1 }, `${thanks} ${label ? t('chose', { x: label }) : ''}`), !line.gone && button(t('change'), reopen));
		}
		if (line.gone) return h('p.sm', {}, prompt);
		const more = h('textarea#' + id + '-more', { rows: 2, input: () => (draft.comment = more.value) });
		const rest = h('div', { hidden: !(draft.value ?? given) }, h('label', { for: more.id }, comment), more);
		const [group, radios] = radio(chat, id, prompt, options, draft.value ?? given, (value) => ((draft.value = value), (rest.hidden = false), wrong.tell('')));
		const wrong = trouble(chat, id + '-wrong', [group]);
		const go = h('button.go', {}, submit);
		more.value = draft.comment ?? '';
		async function send(event) {
			event.preventDefault();
			const value = radios.find(({ checked }) => checked)?.value;
			if (draft.busy) return;
			if (!value) return wrong.tell(t('pick')), radios[0].focus();
			put(go, { 'aria-disabled': (draft.busy = true) });
			try {
				await line.post('rating', { value, comment: more.value.trim() });
				line.rated[0] = value;
				draft.open = false;
				draw();
				root.getElementById(id).focus();
			} catch (error) {
				wrong.tell(why(chat, error));
				chat.say(wrong.textContent);
			}
			put(go, { 'aria-disabled': (draft.busy = false) });
		}
		group.append(wrong);
		return h('form.f', { novalidate: '', submit: send }, group, rest, go);
	},
};

export default function people(chat) {
	const { $, ask, button, draw, focus, h, keep, line, put, root, say, store, t, tell, then } = chat;
	const { host } = root;
	const floating = $('root').classList.contains('float');
	let asking, typist, stop, thumbs, carrying;
	let tries = 0;
	let shown = 0; // when the patron was last shown as typing
	root.adoptedStyleSheets.push(sheet);
	Object.assign(chat, { drafts: new Map(), sent: new Set(), mine: keep(store.area ? 'session' : 'none', chat.server) });

	function typed() {
		if (!/waiting|staff/.test(line.state.mode) || Date.now() - shown < LEAST) return;
		if (line.up({ typing: true }) !== false) shown = Date.now(); // false: the connection is not open
	}
	const typing = () => line.state.mode === 'staff' && typist && t('types', { name: typist });
	function frame({ typing: now }) {
		if (now === undefined || (now && now.from !== 'staff')) return;
		const burst = !typist;
		clearTimeout(stop);
		typist = now && (now.name || t('staff'));
		if (!now) return;
		const left = Date.parse(now.until) - Date.now(); // the library's clock may be another than ours
		stop = setTimeout(() => ((typist = null), draw()), left > 0 && left < MOST ? left : MOST);
		if (burst) tell(typing);
	}

	/** A question that the bar puts to the patron before anything else. */
	function asks() {
		if (asking === 'sure') return [line.log.some((m) => m.blocks[0]?.form) ? 'sureleft' : 'sure', { yes: then(() => host.clear()), no: then(() => (asking = null), 'more') }];
		if (asking && line.state.mode !== 'ended') {
			const over = (run, id) => then(() => ((asking = null), run?.()), id);
			return ['ending', { end: over(() => ask(t('end'), 'do.end')), stay: over(null, 'more'), print }];
		}
	}
	function bar() {
		const { mode, queue, paused } = line.state;
		if (mode === 'ended') return ['ended', { print, again: then(() => (line.forget(), line.start())), wipe: () => question('sure') }];
		if (paused) return ['paused', {}, paused];
		if (mode !== 'waiting') return;
		const place = queue ? ' ' + t(queue > 1 ? 'number' : 'next', { n: queue }) : '';
		return ['waiting', { assistant: () => ask(t('assistant'), 'do.bot'), message: () => ask(t('message'), 'do.message') }, t('waiting') + place];
	}
	function question(kind) {
		asking = kind;
		draw();
		$('bar').querySelector('button').focus();
	}
	function menu(act) {
		const { lang } = $('root');
		const { mode = 'bot', paused } = line.state;
		const wide = store.get('wide');
		const open = line.chat && !line.gone;
		$('menu').style.insetBlockStart = root.querySelector('header').offsetHeight + 'px'; // it lies over the conversation
		return [
			open && mode === 'bot' && !paused && act(t('person'), () => ask(t('person'), 'do.person')),
			open && mode !== 'ended' && !paused && act(t('end'), () => question('ending')),
			open && mode !== 'ended' && line.chat.policy.places && act(t('phone'), () => carry(true)),
			line.chat?.policy.places && act(t('code'), () => carry()),
			line.log[0] && act(t('print'), print),
			...Object.keys(chat.LANGS).filter((l) => l !== lang).map((l) => act(chat.LANGS[l], () => (store.set('lang', l), chat.speak()), l)),
			floating && !matchMedia('(max-width:30em),(max-height:30em)').matches && act(t(wide ? 'narrower' : 'wider'), () => (store.set('wide', wide ? null : 1), draw())),
			line.chat && act(t('clear'), () => question('sure')),
			floating && act(t('hide'), () => (host.close(), (host.hidden = true))),
			!store.area && t('memory'),
		];
	}

	/** Let the talk go on at another place, or bring one here; few do, so its module comes late. */
	async function carry(give) {
		carrying ??= await import(`./carry.js?${tries++}`).catch(() => null);
		carrying ? carrying.default(chat, give) : say(t('unsent'));
	}
	/** What makes a row be drawn anew. */
	const sign = (m) => m.blocks.some((b) => BLOCKS[b.type]) && [wasSent(chat, m), line.rated[0], chat.drafts.get(m.seq)?.open].join('/');
	const said = (block) => BLOCKS[block.type] && (block.title ?? block.prompt);
	/** After the rows: the newest answer of the assistant can be rated. */
	function drawn(all, rows) {
		chat.rows = rows;
		if (!all[0]) $('paper')?.remove();
		$('form').hidden = line.state.mode === 'ended';
		const { lang } = $('root');
		const answer = all.filter((m, i) => m.from === 'bot' && all[i - 1]?.from === 'patron' && !m.blocks.some((b) => b.form || BLOCKS[b.type])).at(-1);
		const wanted = answer && !line.gone && !/waiting|staff|ended/.test(line.state.mode);
		if (!wanted || thumbs?.lang !== lang || thumbs.seq !== answer.seq) thumbs?.remove();
		if (!wanted) return (thumbs = null);
		if (!thumbs?.isConnected) {
			const { seq } = answer;
			const problem = h('span.bad.sm');
			const press = async (value) => {
				const was = line.rated[seq];
				if (value === was) return;
				line.rated[seq] = value;
				problem.textContent = '';
				draw();
				await line.post('rating', { seq, value }).catch((error) => {
					line.rated[seq] = was;
					say((problem.textContent = error.status === 429 ? why(chat, error) : t('failed')));
					draw();
				});
			};
			const two = ['up', 'down'].map((value) => put(button(t(value), () => press(value)), { value }));
			thumbs = Object.assign(h('div.th', { role: 'group', 'aria-label': t('useful'), lang }, two, problem), { seq, two });
			rows.get(answer.client_id ?? seq).append(thumbs);
		}
		for (const el of thumbs.two) put(el, { 'aria-pressed': String(line.rated[thumbs.seq] === el.value) });
	}

	/** The whole conversation on a sheet of its own, whatever the page around us looks like. */
	function print() {
		$('paper')?.remove();
		const load = () => {
			const page = paper.contentDocument;
			const look = new paper.contentWindow.CSSStyleSheet();
			look.replaceSync(PAPER);
			page.adoptedStyleSheets = [look];
			put(page.documentElement, { lang: $('root').lang, dir: $('root').dir });
			page.title = `${$('title').textContent}, ${t('region')}`;
			page.body.replaceChildren(h('h1', {}, page.title), h('p.sm', {}, new Date().toLocaleString($('root').lang)),
				h('ol.talk', {}, [...$('list').children].map((li) => li.cloneNode(true))));
			for (const el of page.querySelectorAll('button,form,.th')) el.remove();
			for (const el of page.querySelectorAll('details')) el.open = true;
			paper.contentWindow.print();
		};
		const paper = h('iframe#paper', { title: t('print'), 'aria-hidden': 'true', tabindex: -1 });
		$('root').append(paper);
		// An empty frame is loaded at once in some browsers and a little later in others.
		if (paper.contentDocument?.readyState === 'complete') load();
		else paper.addEventListener('load', load);
	}
	function clear() {
		asking = typist = null;
		chat.drafts.clear();
		chat.sent.clear();
		chat.mine.set('me');
		$('paper')?.remove();
	}
	return { BLOCKS, asks, bar, clear, drawn, frame, menu, said, sign, typed, typing };
}
